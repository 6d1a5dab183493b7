package sandbox

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"relais/channels"
)

// twilio stands in for Twilio's Programmable Messaging API, version 2010-04-01.
type twilio struct {
	sandbox   *Sandbox
	log       *smsLog
	callbacks *callbacks

	mu       sync.Mutex
	optedOut map[string]bool
}

func newTwilio(s *Sandbox) *twilio {
	log := newSMSLog(s.cfg.Keep)
	return &twilio{
		sandbox:   s,
		log:       log,
		callbacks: newCallbacks(s, log),
		optedOut:  make(map[string]bool),
	}
}

// OptOut puts a number on the list of those who answered STOP to the provider:
// the Twilio stand-in refuses it with 21610 from now on.
func (s *Sandbox) OptOut(number string) {
	s.twilio.mu.Lock()
	defer s.twilio.mu.Unlock()
	s.twilio.optedOut[number] = true
}

// OptIn takes a number off that list.
func (s *Sandbox) OptIn(number string) {
	s.twilio.mu.Lock()
	defer s.twilio.mu.Unlock()
	delete(s.twilio.optedOut, number)
}

// create answers POST …/Messages.json.
func (t *twilio) create(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		t.refuse(w, 400, 20001, "The form cannot be read")
		return
	}
	if !t.authentic(r) {
		t.unauthorised(w)
		return
	}
	set, verdict := t.sandbox.faults.draw(channels.SMS)
	wait(r.Context().Done(), set.Latency)
	switch verdict {
	case fail:
		t.refuse(w, 503, 20503, "Service unavailable")
		return
	case throttle:
		retryAfter(w, set)
		t.refuse(w, 429, 20429, "Too Many Requests")
		return
	case cutLost:
		panic(http.ErrAbortHandler) // net/http cuts the connection
	}
	if code, text := t.check(r.PostForm, set); code != 0 {
		t.refuse(w, 400, code, text)
		return
	}
	t.sandbox.inbound.learn(r.PostForm)
	message := t.take(r.PostForm, set, verdict == cutTaken || r.Context().Err() != nil)
	if verdict == cutTaken {
		panic(http.ErrAbortHandler)
	}
	t.sandbox.writeJSON(w, http.StatusCreated, t.resource(message))
}

func retryAfter(w http.ResponseWriter, set Faults) {
	if set.RetryAfter > 0 {
		w.Header().Set("Retry-After", decimal(wholeSeconds(set.RetryAfter)))
	}
}

// account answers GET …/Accounts/SID.json: who we are, and that we may send.
func (t *twilio) account(w http.ResponseWriter, r *http.Request) {
	sid, isAccount := strings.CutSuffix(r.PathValue("file"), ".json")
	r.SetPathValue("sid", sid)
	if !isAccount || !t.authentic(r) {
		t.unauthorised(w)
		return
	}
	t.sandbox.writeJSON(w, http.StatusOK, map[string]string{"sid": sid, "friendly_name": "stand-in", "status": "active", "type": "Full"})
}

func (t *twilio) authentic(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	cfg := t.sandbox.cfg
	return ok && user == cfg.AccountSID && r.PathValue("sid") == cfg.AccountSID &&
		subtle.ConstantTimeCompare([]byte(password), []byte(cfg.AuthToken.Reveal())) == 1
}

var (
	e164            = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	belgian         = regexp.MustCompile(`^\+32`)
	belgianMobile   = regexp.MustCompile(`^\+324[0-9]{8}$`)
	belgianLandline = regexp.MustCompile(`^\+32[1-9][0-9]{7}$`)
)

// check returns Twilio's error code and text, or 0. The codes are those of
// https://www.twilio.com/docs/api/errors. The texts hold the number as Twilio's
// own do, so that a channel that leaks them is found out.
func (t *twilio) check(form url.Values, set Faults) (code int, text string) {
	to, body := form.Get("To"), form.Get("Body")
	t.mu.Lock()
	optedOut := t.optedOut[to]
	t.mu.Unlock()
	switch {
	case !e164.MatchString(to),
		belgian.MatchString(to) && !belgianMobile.MatchString(to) && !belgianLandline.MatchString(to):
		return 21211, "The 'To' number " + to + " is not a valid phone number."
	case form.Get("From") == "" && form.Get("MessagingServiceSid") == "":
		return 21603, "A 'From' phone number is required."
	case body == "":
		return 21602, "Message body is required."
	case utf8.RuneCountInString(body) > 1600:
		return 21617, "The concatenated message body exceeds the 1600 character limit."
	case belgianLandline.MatchString(to):
		return 21614, "'To' number " + to + " is not a valid mobile number"
	case optedOut:
		return 21610, "Attempt to send to unsubscribed recipient " + to
	case set.Refuse[to] != 0:
		return set.Refuse[to], "The message to " + to + " was refused"
	}
	return 0, ""
}

// take records a message that passed and starts its callbacks.
func (t *twilio) take(form url.Values, set Faults, ambiguous bool) *sms {
	message := &sms{
		sid:       newSID(),
		to:        form.Get("To"),
		from:      form.Get("From"),
		service:   form.Get("MessagingServiceSid"),
		body:      form.Get("Body"),
		callback:  form.Get("StatusCallback"),
		created:   time.Now(),
		errorCode: set.Undelivered[form.Get("To")],
		status:    "queued",
	}
	t.log.add(message, ambiguous)
	t.sandbox.record.add(taken{item: Item{
		Channel:  channels.SMS,
		At:       message.created,
		To:       message.to,
		From:     message.sender(),
		Text:     message.body,
		Ref:      message.sid,
		Delivery: deliveryIn(message.callback),
		Headers:  parametersOfInterest(form),
	}})
	t.callbacks.schedule(message, set)
	return message
}

func parametersOfInterest(form url.Values) map[string]string {
	found := make(map[string]string)
	for _, name := range []string{"StatusCallback", "ValidityPeriod", "SmartEncoded"} {
		if value := form.Get(name); value != "" {
			found[name] = value
		}
	}
	return found
}

func newSID() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails, crypto/rand says
	return "SM" + hex.EncodeToString(random[:])
}
