package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relais/channels"
	"relais/subscribers"
)

// mine is the member's page as somebody opens it who was sent a key.
func (w *world) mine() string { return w.server.keyPath(memberID) }

// A message's link, which may have been passed on, shows no address; it has a
// link sent to its member's own telephone, and that opens the rest.
func TestAMessagesLinkOpensLess(t *testing.T) {
	w := newWorld(t)
	w.addressed()
	for _, part := range []string{"/addresses", "/received", "/data", "/data.json", "/erase"} {
		body := w.get(w.me() + part + "?lang=en").Body.String()
		if strings.Contains(body, "petit@") || !strings.Contains(body, "First we check that it is you") {
			t.Errorf("%s:\n%s", part, body)
		}
	}
	if got := w.post(w.me()+"/erase", url.Values{"sure": {"1"}}); len(w.members) == 0 || strings.Contains(got.Body.String(), "erased") {
		t.Error("a message's link erased its member")
	}
	if body := w.post(w.me()+"/key?lang=en", url.Values{}).Body.String(); !strings.Contains(body, "It was sent") {
		t.Fatalf("asked for a link:\n%s", body)
	}
	m := w.lastOn(channels.SMS)
	if m.to != "+32470000001" {
		t.Error("the link went to somebody else")
	}
	at := strings.Index(m.Text.Body, "/me/")
	if body := w.get(strings.Fields(m.Text.Body[at:])[0] + "/addresses").Body.String(); !strings.Contains(body, "petit@example.be") {
		t.Errorf("the link that was sent:\n%s", body)
	}
	for range subscribers.CodesAnHour {
		w.post(w.me()+"/key", url.Values{})
	}
	if got := w.post(w.me()+"/key", url.Values{}).Code; got != http.StatusTooManyRequests {
		t.Errorf("asked again and again: got %d", got)
	}
}

// The page says the same of an address that is on file and of one that is not.
func TestRenewTellsNobodyWhoIsOnFile(t *testing.T) {
	w := newWorld(t)
	w.addressed()
	known := w.post("/renew?lang=en", url.Values{"address": {"Petit@example.be"}})
	if m := w.lastOn(channels.Email); !strings.Contains(m.Link, "/me/") || m.to != "petit@example.be" {
		t.Errorf("no link was sent")
	}
	sent := len(w.sent)
	unknown := w.post("/renew?lang=en", url.Values{"address": {"Nobody@example.be"}})
	same := strings.ReplaceAll(unknown.Body.String(), "Nobody@", "Petit@")
	if known.Code != http.StatusOK || known.Code != unknown.Code || known.Body.String() != same || len(w.sent) != sent {
		t.Errorf("known: %d, unknown: %d, %d letters\n%s\n%s", known.Code, unknown.Code, len(w.sent), known.Body, same)
	}
	for range subscribers.CodesAnHour {
		known, unknown = w.post("/renew", url.Values{"address": {"petit@example.be"}}), w.post("/renew", url.Values{"address": {"nobody@example.be"}})
	}
	if known.Code != http.StatusTooManyRequests || unknown.Code != known.Code {
		t.Errorf("too often: known %d, unknown %d", known.Code, unknown.Code)
	}
}

// Who has a landline alone is called, and types what they hear.
func TestRenewByTelephone(t *testing.T) {
	w := newWorld(t)
	m := w.members[memberID]
	m.Contacts = []subscribers.Contact{{Channel: channels.Voice, Address: channels.NewAddress("+3281123456"), State: subscribers.ContactActive}}
	w.members[memberID] = m
	if body := w.post("/renew", url.Values{"address": {"081 12 34 56"}}).Body.String(); !strings.Contains(body, `name="code"`) {
		t.Fatalf("no code is asked for:\n%s", body)
	}
	wrong := w.post("/renew/code?lang=en", url.Values{"address": {"081 12 34 56"}, "code": {"12"}})
	if wrong.Code != http.StatusUnprocessableEntity || !strings.Contains(wrong.Body.String(), "not the right code") || !strings.Contains(wrong.Body.String(), `value="081 12 34 56"`) {
		t.Errorf("a wrong code: got %d\n%s", wrong.Code, wrong.Body)
	}
	answer := w.post("/renew/code", url.Values{"address": {"081 12 34 56"}, "code": {w.lastOn(channels.Voice).code()}})
	if next := answer.Header().Get("Location"); !strings.HasPrefix(next, "/me/") || w.get(next).Code != http.StatusOK {
		t.Errorf("got %d to %s", answer.Code, next)
	}
}

func TestAddresses(t *testing.T) {
	w := newWorld(t)
	w.launch()
	w.addressed()
	page := w.mine() + "/addresses"
	own := func(at int) url.Values {
		c := w.members[memberID].Contacts[at]
		return url.Values{"channel": {string(c.Channel)}, "address": {c.Address.Hash(c.Channel).String()}}
	}
	w.post(page+"/first", own(1))
	if got := w.members[memberID].Contacts[0].Channel; got != channels.Email {
		t.Errorf("first: %s", got)
	}
	w.post(page+"/stop", own(1))
	if got := w.members[memberID].Contacts[1].State; got != subscribers.ContactStopped {
		t.Errorf("stopped: %s", got)
	}
	if got := w.post(page+"/stop", url.Values{"channel": {"sms"}, "address": {"ff"}}).Code; got != http.StatusBadRequest {
		t.Errorf("another's address: got %d", got)
	}
	bad := w.post(page+"?lang=en", url.Values{"email": {"neu@"}, "agree.email": {"1"}})
	if bad.Code != http.StatusUnprocessableEntity || !strings.Contains(bad.Body.String(), "not an email address") || !strings.Contains(bad.Body.String(), `value="neu@"`) {
		t.Errorf("no address: got %d\n%s", bad.Code, bad.Body)
	}
	next := w.post(page, url.Values{"sms": {"0470 00 00 02"}, "agree.sms": {"1"}}).Header().Get("Location")
	before := len(w.members[memberID].Contacts)
	answer := w.post(next, url.Values{"channel": {"sms"}, "code": {w.lastOn(channels.SMS).code()}})
	if got := w.members[memberID].Contacts; len(got) != before+1 || !strings.HasPrefix(answer.Header().Get("Location"), "/me/") {
		t.Errorf("after the code: %d contacts, to %s", len(got), answer.Header().Get("Location"))
	}
}

func TestOwnData(t *testing.T) {
	w := newWorld(t)
	w.addressed()
	received := w.get(w.mine() + "/received?lang=en").Body.String()
	for _, want := range []string{"Cambriolage en cours", "Valse loodgieters", "PLP Les Tilleuls"} {
		if !strings.Contains(received, want) {
			t.Errorf("received lacks %q:\n%s", want, received)
		}
	}
	body := w.get(w.mine() + "/data?lang=en").Body.String()
	for _, want := range []string{"Jean Petit", "petit@example.be", "Merci", "2 messages received in 90 days"} {
		if !strings.Contains(body, want) {
			t.Errorf("data lack %q:\n%s", want, body)
		}
	}
	var file ownData
	answer := w.get(w.mine() + "/data.json")
	if err := json.Unmarshal(answer.Body.Bytes(), &file); err != nil || len(file.Contacts) != 3 || len(file.Memberships) != 2 || len(file.Received) != 3 || file.Name != "Jean Petit" {
		t.Errorf("file: %+v, %v", file, err)
	}
	if strings.Contains(w.log.String(), "petit@") {
		t.Error("the log holds an address")
	}
}

func TestEraseTakesTwoSteps(t *testing.T) {
	w := newWorld(t)
	page := w.mine() + "/erase"
	if body := w.get(page + "?lang=en").Body.String(); !strings.Contains(body, "3 years") || !strings.Contains(body, "90 days") || !strings.Contains(body, "2 years") {
		t.Errorf("it does not say what stays:\n%s", body)
	}
	if got := w.post(page, url.Values{}).Code; got != http.StatusUnprocessableEntity || len(w.members) == 0 {
		t.Errorf("without saying so: got %d", got)
	}
	if body := w.post(page+"?lang=en", url.Values{"sure": {"1"}}).Body.String(); !strings.Contains(body, "Everything is erased") {
		t.Errorf("erased:\n%s", body)
	}
	if _, there := w.members[memberID]; there {
		t.Error("the member is still there")
	}
	if answer := w.get(w.mine()); answer.Code != http.StatusNotFound || !strings.Contains(answer.Body.String(), "/renew") {
		t.Errorf("their page afterwards: got %d", answer.Code)
	}
}

// Who has a post must hand it over first.
func TestWhoHasAPostIsNotErased(t *testing.T) {
	w := newWorld(t)
	w.accounts = map[subscribers.MemberID]subscribers.Account{memberID: {ID: memberID, Posts: []subscribers.Post{{Role: subscribers.PostDeputy, Zone: "demo", Partnership: "tilleuls"}}}}
	if answer := w.post(w.mine()+"/erase?lang=en", url.Values{"sure": {"1"}}); answer.Code != http.StatusConflict || len(w.members) == 0 {
		t.Errorf("got %d\n%s", answer.Code, answer.Body)
	}
}

// What came to the telephone says so; of an email nobody can say it. One's own
// texts stand there as well.
func TestReceivedSaysWhatArrived(t *testing.T) {
	w := newWorld(t)
	w.addressed()
	body := w.get(w.server.keyPath(memberID) + "/received?lang=en").Body.String()
	if strings.Count(body, "✓ arrived") != 1 || !strings.Contains(body, "✓ arrived on your telephone") {
		t.Errorf("what arrived:\n%s", body)
	}
	if !strings.Contains(body, "What you wrote") || !strings.Contains(body, "Merci") {
		t.Errorf("one's own texts are missing:\n%s", body)
	}
}
