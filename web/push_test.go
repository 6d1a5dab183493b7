package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// browsers is a push channel and the contacts of two people.
type browsers struct {
	kept map[string]subscribers.ContactState
	full bool
}

func (*browsers) PublicKey() string { return "BPublicKey" }

func (*browsers) Accept(subscription []byte, key string) (channels.Address, error) {
	if key != "BPublicKey" {
		return channels.Address{}, errors.New("the browser subscribed with a key that is not configured any more")
	}
	if !strings.HasPrefix(string(subscription), `{"endpoint":"https://push.example/`) {
		return channels.Address{}, errors.New("endpoint is missing")
	}
	return channels.NewAddress(string(subscription)), nil
}

func (b *browsers) AddContact(_ context.Context, id subscribers.MemberID, c subscribers.Contact, _ int) error {
	if b.full {
		return subscribers.ErrTooMany
	}
	if c.Channel != channels.Push || c.Consent.At.IsZero() || c.Consent.How == "" {
		return errors.New("a contact without its consent")
	}
	b.kept[id.String()+" "+c.Address.Reveal()] = c.State
	return nil
}

func (b *browsers) StopContact(_ context.Context, id subscribers.MemberID, _ channels.Name, to channels.Address) error {
	b.kept[id.String()+" "+to.Reveal()] = subscribers.ContactStopped
	return nil
}

func (w *world) withBrowsers() *browsers {
	b := &browsers{kept: make(map[string]subscribers.ContactState)}
	w.push, w.contacts = b, b
	w.restart()
	return b
}

const goodBrowser = `{"endpoint":"https://push.example/1"}`

func subscribe(path, body string) request {
	return request{method: http.MethodPost, path: path + "/push", body: body, contentType: "application/json"}
}

func TestPagesOfferNotifications(t *testing.T) {
	w := newWorld(t)
	paths := []string{w.link(subscribers.CanOpen, letterID), w.link(subscribers.CanOpen, digestID), w.link(subscribers.CanDecide, askID)}
	for _, path := range paths {
		if strings.Contains(w.get(path).Body.String(), `id="push"`) {
			t.Error("offered although push is not configured")
		}
	}
	w.withBrowsers()
	for _, lang := range broker.Langs() {
		for _, path := range paths {
			answer := w.get(path + "?lang=" + string(lang))
			wellFormed(t, path, answer)
			page := answer.Body.String()
			for _, want := range []string{`data-key="BPublicKey"`, `data-post="` + path + `/push"`, `hidden="hidden"`, `src="/static/push.js?v=`} {
				if !strings.Contains(page, want) {
					t.Errorf("%s: the page lacks %s", lang, want)
				}
			}
		}
		call := w.get("/call?lang=" + string(lang))
		wellFormed(t, "/call", call)
		if page := call.Body.String(); !strings.Contains(page, `href="tel:101"`) || !strings.Contains(page, `href="tel:112"`) {
			t.Errorf("%s: the page of emergency numbers lacks one", lang)
		}
	}
}

func TestABrowserIsAddedAndTakenOff(t *testing.T) {
	w := newWorld(t)
	b := w.withBrowsers()
	member, approver := w.link(subscribers.CanOpen, letterID), w.link(subscribers.CanDecide, askID)
	for _, path := range []string{member, approver} {
		if got := w.do(subscribe(path, `{"subscription":`+goodBrowser+`,"key":"BPublicKey"}`)); got.Code != http.StatusNoContent {
			t.Errorf("on: got %d, %s", got.Code, got.Body)
		}
	}
	if got := w.do(subscribe(member, `{"subscription":`+goodBrowser+`,"key":"BPublicKey","off":true}`)); got.Code != http.StatusNoContent {
		t.Errorf("off: got %d, %s", got.Code, got.Body)
	}
	want := map[string]subscribers.ContactState{
		memberID.String() + " " + goodBrowser:      subscribers.ContactStopped,
		coordinatorID.String() + " " + goodBrowser: subscribers.ContactActive,
	}
	if diff := cmp.Diff(want, b.kept); diff != "" {
		t.Errorf("contacts (-want +got):\n%s", diff)
	}
	if strings.Contains(w.log.String(), "push.example") {
		t.Error("the log holds a subscription")
	}
}

func TestBadSubscriptionsAreRefused(t *testing.T) {
	w := newWorld(t)
	b := w.withBrowsers()
	good := w.link(subscribers.CanOpen, letterID)
	form := subscribe(good, `{"subscription":`+goodBrowser+`,"key":"BPublicKey"}`)
	form.contentType = "application/x-www-form-urlencoded" // what another site's page could send
	plain := form
	plain.contentType = "text/plain"
	for name, tt := range map[string]struct {
		request
		want int
	}{
		"a form":                {form, http.StatusBadRequest},
		"plain text":            {plain, http.StatusBadRequest},
		"nothing":               {subscribe(good, ``), http.StatusBadRequest},
		"no JSON":               {subscribe(good, `{`), http.StatusBadRequest},
		"no subscription":       {subscribe(good, `{"key":"BPublicKey"}`), http.StatusBadRequest},
		"another key":           {subscribe(good, `{"subscription":`+goodBrowser+`,"key":"other"}`), http.StatusBadRequest},
		"10 MB":                 {subscribe(good, `{"subscription":{"endpoint":"`+strings.Repeat("x", 10<<20)+`"}}`), http.StatusRequestEntityTooLarge},
		"forged":                {subscribe("/m/"+strings.Repeat("A", 35), `{}`), http.StatusForbidden},
		"another capability":    {subscribe("/m/"+w.caps.Token(subscribers.CanLeave, letterID), `{}`), http.StatusForbidden},
		"scanner opens it":      {request{path: good + "/push"}, http.StatusMethodNotAllowed},
		"scanner asks its head": {request{method: http.MethodHead, path: good + "/push"}, http.StatusMethodNotAllowed},
	} {
		if got := w.do(tt.request); got.Code != tt.want {
			t.Errorf("%s: got %d, want %d", name, got.Code, tt.want)
		}
	}
	b.full = true
	if got := w.do(subscribe(good, `{"subscription":`+goodBrowser+`,"key":"BPublicKey"}`)); got.Code != http.StatusConflict {
		t.Errorf("one too many: got %d, want 409", got.Code)
	}
	if len(b.kept) > 0 {
		t.Errorf("kept %v", b.kept)
	}
	w.push = nil
	w.restart()
	if got := w.do(subscribe(good, `{}`)); got.Code != http.StatusNotFound {
		t.Errorf("without a push channel: got %d, want 404", got.Code)
	}
}
