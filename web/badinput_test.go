package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio signs with it
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/channels"
	"relais/channels/sms"
	"relais/channels/voice"
	"relais/subscribers"
)

const (
	providerToken = "0123456789abcdef0123456789abcdef"
	publicURL     = "https://relais.example"
	formType      = "application/x-www-form-urlencoded"
)

// TestBadInput: every address that somebody outside can reach, and what is
// sent to it by scanners, forgers and those who want to exhaust us. Nothing
// changes but by the good request, which each row tries last.
func TestBadInput(t *testing.T) {
	const sid, other = "/callbacks/sms/0193596a-0000-7000-8000-0000000000a2", "/callbacks/sms/0193596a-0000-7000-8000-0000000000a1"
	const call = "/callbacks/voice/0193596a-0000-7000-8000-0000000000a2/1/fr/"
	delivered := url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"delivered"}}
	for _, e := range []endpoint{
		{name: "SMS status", path: sid, other: other, form: delivered, signed: true, good: 204},
		{name: "SMS that comes in", path: "/callbacks/sms/inbound", other: sid, form: url.Values{"MessageSid": {"SM2"}, "From": {"+32470000001"}, "Body": {"STOP"}}, signed: true, good: 200},
		{name: "call status", path: call + "status", other: call + "key", form: url.Values{"CallSid": {"CA1"}, "CallStatus": {"completed"}}, signed: true, good: 204},
		{name: "call answered by", path: call + "machine", other: call + "status", form: url.Values{"CallSid": {"CA1"}, "AnsweredBy": {"human"}}, signed: true, good: 204, silent: true},
		{name: "call key", path: call + "key", other: call + "machine", form: url.Values{"CallSid": {"CA1"}, "Digits": {"1"}}, signed: true, good: 200},
		{name: "approval", may: subscribers.CanDecide, id: askID, form: url.Values{"action": {"approve"}}, scanned: 200, wrongType: 400, good: 303},
		{name: "leave", may: subscribers.CanLeave, id: letterID, form: url.Values{"List-Unsubscribe": {"One-Click"}}, scanned: 200, good: 200},
		{name: "preferences", may: subscribers.CanLeave, id: letterID, rest: "/rest", form: url.Values{"from": {"21:00"}, "to": {"08:00"}}, scanned: 200, good: 303},
		{name: "infoflash held", may: subscribers.CanPreview, id: previewID, form: url.Values{"action": {"hold"}}, scanned: 200, wrongType: 400, good: 303},
		{name: "notifications of a member", may: subscribers.CanOpen, id: letterID, rest: "/push", json: goodPush, scanned: 405, wrongType: 400, good: 204},
		{name: "notifications of a coordinator", may: subscribers.CanDecide, id: askID, rest: "/push", json: goodPush, scanned: 405, wrongType: 400, good: 204},
		{name: "message", may: subscribers.CanOpen, id: letterID, scanned: 200, good: 405, silent: true},
	} {
		t.Run(e.name, func(t *testing.T) { e.attack(t) })
	}
}

const goodPush = `{"subscription":` + goodBrowser + `,"key":"BPublicKey"}`

// endpoint is one address, with the request that it is for.
type endpoint struct {
	name      string
	path      string // of a callback
	other     string // a callback that the same signature must not open
	signed    bool
	may       subscribers.Capability // of a link
	id        channels.DeliveryID
	rest      string // what follows the token
	form      url.Values
	json      string
	scanned   int  // the answer to GET and HEAD; 0: 405
	wrongType int  // the answer to another content type; 0: the type does not matter
	good      int  // the answer to the good request
	silent    bool // the good request changes nothing either
}

type attempt struct {
	name, method, path, body, contentType, signature string

	want int
}

func (e endpoint) attack(t *testing.T) {
	w, texts := outside(t)
	if !e.signed {
		e.path = w.link(e.may, e.id) + e.rest
	}
	before := w.changes(texts)
	for _, a := range append(e.attempts(w), e.forgeries(w)...) {
		answer, read := w.send(a)
		if answer.Code != a.want {
			t.Errorf("%s: got %d, want %d", a.name, answer.Code, a.want)
		}
		if diff := cmp.Diff(before, w.changes(texts)); diff != "" {
			t.Errorf("%s: something changed (-before +after):\n%s", a.name, diff)
			before = w.changes(texts)
		}
		if read > maxBody+1 {
			t.Errorf("%s: %d bytes were read", a.name, read)
		}
		if a.want == 413 && !strings.Contains(answer.Body.String(), " ") {
			t.Errorf("%s: the answer %q is no sentence", a.name, answer.Body)
		}
	}
	good := e.goodOne()
	if answer, _ := w.send(good); answer.Code != e.good {
		t.Errorf("the good request: got %d, want %d", answer.Code, e.good)
	}
	if changed := !cmp.Equal(before, w.changes(texts)); changed == e.silent {
		t.Errorf("the good request: something changed: %v", changed)
	}
}

// goodOne is the request that the address is for.
func (e endpoint) goodOne() attempt {
	a := attempt{name: "good", method: http.MethodPost, path: e.path, body: e.form.Encode(), contentType: formType}
	if e.json != "" {
		a.body, a.contentType = e.json, "application/json"
	}
	if e.signed {
		a.signature = signedBy(providerToken, e.path, e.form)
	}
	return a
}

func (e endpoint) attempts(w *world) []attempt {
	scanned := e.scanned
	if scanned == 0 {
		scanned = http.StatusMethodNotAllowed
	}
	var all []attempt
	add := func(name string, want int, change func(*attempt)) {
		a := e.goodOne()
		a.name, a.want = name, want
		change(&a)
		all = append(all, a)
	}
	for method, want := range map[string]int{http.MethodGet: scanned, http.MethodHead: scanned, http.MethodPut: 405, http.MethodDelete: 405, http.MethodPatch: 405} {
		add(method, want, func(a *attempt) { a.method, a.body = method, "" })
	}
	if e.good == http.StatusMethodNotAllowed {
		return all
	}
	add("10 MB", http.StatusRequestEntityTooLarge, func(a *attempt) {
		if e.json != "" {
			a.body = `{"key":"x`
		}
		a.body = a.body[:len(a.body)-1] + strings.Repeat("a", 10<<20)
	})
	if e.wrongType != 0 {
		for _, kind := range []string{"text/plain", "application/xml", ""} {
			add("content type "+kind, e.wrongType, func(a *attempt) { a.contentType = kind })
		}
	}
	return all
}

// forgeries are what somebody without our links and signatures could send.
func (e endpoint) forgeries(w *world) []attempt {
	var all []attempt
	add := func(name string, change func(*attempt)) {
		a := e.goodOne()
		a.name, a.want = name, http.StatusForbidden
		change(&a)
		all = append(all, a)
	}
	if e.good == http.StatusMethodNotAllowed {
		return nil
	}
	if e.signed {
		add("no signature", func(a *attempt) { a.signature = "" })
		add("another's signature", func(a *attempt) { a.signature = signedBy("another", e.path, e.form) })
		add("another body", func(a *attempt) { a.body += "&ErrorCode=21610" })
		add("added query", func(a *attempt) { a.path += "?x=1" })
		add("replayed to another address", func(a *attempt) { a.path = e.other })
		return all
	}
	token := w.caps.Token(e.may, e.id)
	for name, forged := range map[string]string{
		"cut off":                token[:len(token)-1],
		"one letter changed":     token[:5] + string('a'+(token[5]+1)%26) + token[6:],
		"made up":                strings.Repeat("A", len(token)),
		"token of another right": w.caps.Token(anotherRight(e.may), e.id),
	} {
		add(name, func(a *attempt) { a.path = strings.Replace(e.path, token, forged, 1) })
	}
	return all
}

func anotherRight(may subscribers.Capability) subscribers.Capability {
	if may == subscribers.CanOpen {
		return subscribers.CanLeave
	}
	return subscribers.CanOpen
}

// TestReplayedCallbackSaysTheSame: the same signed request twice gives the same
// report, which the ledger takes once (channels.State).
func TestReplayedCallbackSaysTheSame(t *testing.T) {
	w, _ := outside(t)
	form := url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"delivered"}}
	e := endpoint{path: "/callbacks/sms/" + letterID.String(), form: form, signed: true}
	for range 2 {
		if answer, _ := w.send(e.goodOne()); answer.Code != http.StatusNoContent {
			t.Fatalf("got %d", answer.Code)
		}
	}
	if len(w.reports) != 2 {
		t.Fatalf("got %d reports, want 2", len(w.reports))
	}
	w.reports[1].At = w.reports[0].At
	if diff := cmp.Diff(w.reports[0], w.reports[1]); diff != "" {
		t.Errorf("the second says something else:\n%s", diff)
	}
}

// outside is a world with the true parsers of callbacks, and the texts that came in.
func outside(t *testing.T) (*world, *texts) {
	t.Helper()
	w, in := newWorld(t), &texts{}
	w.withBrowsers()
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	s := sms.Default()
	s.AccountSID, s.AuthToken, s.From = "AC0", channels.NewSecret(providerToken), "+32460000000"
	v := voice.Default()
	v.AccountSID, v.AuthToken, v.From = s.AccountSID, s.AuthToken, "+3227931000"
	log := slog.New(slog.DiscardHandler)
	texting, err := sms.New(s, words, publicURL, log)
	if err != nil {
		t.Fatal(err)
	}
	calling, err := voice.New(v, words, unsaid{}, publicURL, log)
	if err != nil {
		t.Fatal(err)
	}
	w.parsers = map[channels.Name]ReportParser{channels.SMS: texting, channels.Voice: calling}
	w.inbound, w.inbox = map[channels.Name]InboundParser{channels.SMS: texting}, in
	w.restart()
	return w, in
}

// unsaid says nothing again.
type unsaid struct{}

func (unsaid) Content(context.Context, channels.DeliveryID) (*channels.Content, error) {
	return nil, errors.New("nothing was said")
}

// texts counts what came in.
type texts struct{ received int }

func (in *texts) Receive(context.Context, channels.Inbound) (string, error) {
	in.received++
	return "", nil
}

// changes is all that a request can change.
func (w *world) changes(in *texts) map[string]string {
	kept := w.push.(*browsers).kept
	return map[string]string{
		"decisions": fmt.Sprint(len(w.decisions)), "stopped": fmt.Sprint(w.stopped), "reports": fmt.Sprint(len(w.reports)),
		"published": fmt.Sprint(len(w.published)), "replayed": fmt.Sprint(w.replayed), "held": w.flash.HeldBy + w.flash.Note,
		"rest": fmt.Sprintf("%+v", w.members[memberID].Rest), "absences": fmt.Sprint(w.approvers[0].Absences), "browsers": fmt.Sprint(len(kept)),
		"texts": fmt.Sprint(in.received),
	}
}

// send makes one request from outside, and counts the bytes of it that were read.
func (w *world) send(a attempt) (*httptest.ResponseRecorder, int) {
	w.t.Helper()
	body := strings.NewReader(a.body)
	r := httptest.NewRequest(a.method, publicURL+a.path, io.NopCloser(body))
	r.Header.Set("Content-Type", a.contentType)
	r.Header.Set("X-Twilio-Signature", a.signature)
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer, len(a.body) - body.Len()
}

// signedBy is how Twilio signs a form (https://www.twilio.com/docs/usage/security).
func signedBy(token, path string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, publicURL+path)
	for _, key := range slices.Sorted(maps.Keys(form)) {
		_, _ = io.WriteString(mac, key+form.Get(key))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
