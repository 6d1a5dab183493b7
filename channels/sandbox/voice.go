package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"relais/channels"
)

// Who answers a call at the stand-in, by Faults.Answers.
const (
	AnswerKey     = "key"       // a person who listens and presses 1; the usual
	AnswerAgain   = "again"     // a person who presses 9 first, then 1
	AnswerListen  = "listen"    // a person who presses nothing
	AnswerMachine = "machine"   // an answering machine
	AnswerFax     = "fax"       // a fax machine
	AnswerBusy    = "busy"      // nobody: engaged
	AnswerNobody  = "no-answer" // nobody: it rings out
	AnswerFailed  = "failed"    // the network cannot connect it
)

// everybody stands in Faults.Answers for those who are not named.
const everybody = "*"

func answersKnown() []string {
	return []string{AnswerKey, AnswerAgain, AnswerListen, AnswerMachine, AnswerFax, AnswerBusy, AnswerNobody, AnswerFailed}
}

// telephone stands in for Twilio's Programmable Voice API, version 2010-04-01.
type telephone struct {
	sandbox *Sandbox
	client  *http.Client
	playing sync.WaitGroup
	queue   chan ringing

	mu    sync.Mutex
	calls []*phoneCall // the newest last
}

// phoneCall is one call as the stand-in remembers it.
type phoneCall struct {
	sid, to, from string
	form          url.Values // what was asked for
	speech        speech
	answer        string
	sip           int // with which the network refuses it; 0: it says nothing
	created       time.Time

	status string // guarded by telephone.mu
}

// ringing is a call that waits for its turn.
type ringing struct {
	made *phoneCall
	set  Faults
}

const linesAtOnce = 64 // calls that ring at the same time

func newTelephone(s *Sandbox) *telephone {
	return &telephone{
		sandbox: s,
		queue:   make(chan ringing, callbackQueue),
		client: &http.Client{
			Timeout:   15 * time.Second, // as Twilio waits
			Transport: &http.Transport{MaxIdleConnsPerHost: linesAtOnce, IdleConnTimeout: time.Minute},
		},
	}
}

// wait returns when every call is over.
func (t *telephone) wait() {
	t.playing.Wait()
	t.client.CloseIdleConnections()
}

// create answers POST …/Calls.json.
func (t *telephone) create(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		t.sandbox.twilio.refuse(w, 400, 20001, "The form cannot be read")
		return
	}
	if !t.sandbox.twilio.authentic(r) {
		t.sandbox.twilio.unauthorised(w)
		return
	}
	set, verdict := t.sandbox.faults.draw(channels.Voice)
	wait(r.Context().Done(), set.Latency)
	switch verdict {
	case fail:
		t.sandbox.twilio.refuse(w, 503, 20503, "Service unavailable")
		return
	case throttle:
		retryAfter(w, set)
		t.sandbox.twilio.refuse(w, 429, 20429, "Too Many Requests")
		return
	case cutLost:
		panic(http.ErrAbortHandler) // net/http cuts the connection
	}
	speech, code, text := t.check(r.PostForm, set)
	if code != 0 {
		t.sandbox.twilio.refuse(w, 400, code, text)
		return
	}
	made := t.take(r.PostForm, speech, set)
	if verdict == cutTaken {
		panic(http.ErrAbortHandler)
	}
	t.sandbox.writeJSON(w, http.StatusCreated, t.resource(made))
}

// check returns what the call says, or Twilio's error code and text
// (https://www.twilio.com/docs/api/errors). The texts hold the number as
// Twilio's own do, so that a channel that leaks them is found out.
func (t *telephone) check(form url.Values, set Faults) (said speech, code int, text string) {
	to := form.Get("To")
	switch {
	case !e164.MatchString(to),
		belgian.MatchString(to) && !belgianMobile.MatchString(to) && !belgianLandline.MatchString(to):
		return said, 21211, "The phone number you are attempting to call, " + to + ", is not valid."
	case !e164.MatchString(form.Get("From")):
		return said, 21213, "Caller phone number is required"
	case form.Get("Twiml") == "" || utf8.RuneCountInString(form.Get("Twiml")) > 4000:
		return said, 21205, "Url parameter is required, or Twiml of at most 4000 characters."
	case set.Refuse[to] != 0:
		return said, set.Refuse[to], "The call to " + to + " was refused"
	}
	said, err := readTwiML(form.Get("Twiml"))
	if err != nil {
		return said, 12100, "Document parse failure"
	}
	return said, 0, ""
}

// take records a call that passed and lets it ring.
func (t *telephone) take(form url.Values, said speech, set Faults) *phoneCall {
	made := &phoneCall{
		sid: "CA" + strings.TrimPrefix(newSID(), "SM"), to: form.Get("To"), from: form.Get("From"), form: form, speech: said,
		answer: answerOf(form.Get("To"), set), sip: set.Undelivered[form.Get("To")], created: time.Now(), status: "queued",
	}
	t.mu.Lock()
	t.calls = append(t.calls, made)
	if over := len(t.calls) - listed; over > 0 {
		t.calls = slices.Delete(t.calls, 0, over)
	}
	t.mu.Unlock()
	t.sandbox.record.add(taken{item: Item{
		Channel: channels.Voice, At: made.created, To: made.to, From: made.from, Text: said.text, Ref: made.sid,
		Delivery: deliveryIn(form.Get("StatusCallback")), Actions: said.keys(), Answer: made.answer,
		Headers: voiceParameters(form),
	}})
	select {
	case t.queue <- ringing{made, set}:
	case <-t.sandbox.closed:
	}
	return made
}

func answerOf(to string, set Faults) string {
	switch {
	case set.Undelivered[to] != 0:
		return AnswerFailed
	case set.Answers[to] != "":
		return set.Answers[to]
	case set.Answers[everybody] != "":
		return set.Answers[everybody]
	}
	return AnswerKey
}

func voiceParameters(form url.Values) map[string]string {
	found := make(map[string]string)
	for _, name := range []string{"StatusCallback", "MachineDetection", "AsyncAmd", "Timeout", "TimeLimit"} {
		if value := form.Get(name); value != "" {
			found[name] = value
		}
	}
	return found
}

// start lets the telephones ring until running ends.
func (t *telephone) start(running context.Context) {
	for range linesAtOnce {
		t.playing.Go(func() {
			for {
				select {
				case ring := <-t.queue:
					t.play(running, ring.made, ring.set)
				case <-running.Done():
					return
				}
			}
		})
	}
}

// play goes through a call: what Twilio posts, as often and in the order that
// the faults ask for.
func (t *telephone) play(ctx context.Context, made *phoneCall, set Faults) {
	wait(ctx.Done(), set.LateCallbacks)
	for _, step := range t.steps(made, set) {
		if err := step(ctx); err != nil && ctx.Err() == nil {
			t.sandbox.log.Warn("sandbox: a call's callback was dropped", "sid", made.sid, "err", err)
		}
	}
}

// steps are what is posted for a call.
func (t *telephone) steps(made *phoneCall, set Faults) []func(context.Context) error {
	var all []func(context.Context) error
	add := func(step func(context.Context) error) {
		all = append(all, step)
		if t.sandbox.faults.hits(set.DuplicateCallbacks) {
			all = append(all, step)
		}
	}
	if slices.Contains(made.form["StatusCallbackEvent"], "initiated") {
		add(func(ctx context.Context) error { return t.tell(ctx, made, "initiated") })
	}
	if who := made.detected(); who != "" && made.form.Get("AsyncAmd") == "true" {
		add(func(ctx context.Context) error {
			return t.post(ctx, made, made.form.Get("AsyncAmdStatusCallback"), url.Values{"AnsweredBy": {who}}, nil)
		})
	}
	if keys := made.presses(); keys != "" {
		add(func(ctx context.Context) error { return t.press(ctx, made, made.speech, keys) })
	}
	add(func(ctx context.Context) error { return t.tell(ctx, made, made.end()) })
	if set.PermuteCallbacks {
		t.sandbox.faults.shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return all
}

// presses are the keys that whoever answers presses, one after the other.
func (c *phoneCall) presses() string {
	switch c.answer {
	case AnswerKey:
		return "1"
	case AnswerAgain:
		return "91"
	}
	return ""
}

// end is the call's last status.
func (c *phoneCall) end() string {
	switch c.answer {
	case AnswerBusy, AnswerNobody, AnswerFailed:
		return c.answer
	}
	return "completed"
}

// detected is who Twilio says has answered; empty: nobody, or it was not asked.
func (c *phoneCall) detected() string {
	waits := c.form.Get("MachineDetection")
	switch {
	case waits == "" || c.end() != "completed":
		return ""
	case c.answer == AnswerFax:
		return "fax"
	case c.answer == AnswerMachine && waits == "DetectMessageEnd":
		return "machine_end_beep"
	case c.answer == AnswerMachine:
		return "machine_start"
	}
	return "human"
}

// press presses keys in what is being said, and then in what is said for them.
func (t *telephone) press(ctx context.Context, made *phoneCall, during speech, keys string) error {
	for _, key := range keys {
		if during.action == "" {
			return nil // no key was offered
		}
		var answer speech
		if err := t.post(ctx, made, during.action, url.Values{"Digits": {string(key)}}, &answer); err != nil {
			return fmt.Errorf("press %c: %w", key, err)
		}
		during = answer
	}
	return nil
}

// tell posts a status.
func (t *telephone) tell(ctx context.Context, made *phoneCall, status string) error {
	t.mu.Lock()
	if made.status != made.end() {
		made.status = status
	}
	t.mu.Unlock()
	form := url.Values{"CallStatus": {status}}
	if status == "completed" {
		form.Set("CallDuration", "42")
		if who := made.detected(); who != "" && made.form.Get("AsyncAmd") != "true" {
			form.Set("AnsweredBy", who)
		}
	}
	if status == AnswerFailed && made.sip != 0 {
		form.Set("SipResponseCode", decimal(made.sip))
	}
	return t.post(ctx, made, made.form.Get("StatusCallback"), form, nil)
}
