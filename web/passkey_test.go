package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Passkeys implements Passkeys.
func (w *world) Passkeys(_ context.Context, account subscribers.MemberID) ([]subscribers.Passkey, error) {
	return slices.DeleteFunc(slices.Clone(w.passkeys), func(one subscribers.Passkey) bool { return one.Account != account }), nil
}

// AddPasskey implements Passkeys.
func (w *world) AddPasskey(_ context.Context, one subscribers.Passkey) error {
	for _, other := range w.passkeys {
		if string(other.Key) == string(one.Key) {
			return subscribers.ErrPasskeyTaken
		}
	}
	w.passkeys = append(w.passkeys, one)
	return nil
}

// UsePasskey implements Passkeys.
func (w *world) UsePasskey(_ context.Context, id uuid.UUID, record string, at time.Time) error {
	w.changePasskey(id, func(one *subscribers.Passkey) { one.Record, one.Used = record, at })
	return nil
}

// DoubtPasskey implements Passkeys.
func (w *world) DoubtPasskey(_ context.Context, id uuid.UUID, at time.Time) error {
	w.changePasskey(id, func(one *subscribers.Passkey) { one.Doubted = at })
	return nil
}

func (w *world) changePasskey(id uuid.UUID, change func(*subscribers.Passkey)) {
	for i := range w.passkeys {
		if w.passkeys[i].ID == id {
			change(&w.passkeys[i])
		}
	}
}

// RemovePasskey implements Passkeys.
func (w *world) RemovePasskey(_ context.Context, account subscribers.MemberID, id uuid.UUID) error {
	w.passkeys = slices.DeleteFunc(w.passkeys, func(one subscribers.Passkey) bool { return one.ID == id && one.Account == account })
	return nil
}

// Raise implements Alarms.
func (w *world) Raise(_ context.Context, i subscribers.Incident) error {
	w.raised = append(w.raised, i)
	return nil
}

// AddChallenge implements Passkeys.
func (w *world) AddChallenge(_ context.Context, one subscribers.Challenge, _ time.Time) error {
	if w.posed == nil {
		w.posed = make(map[uuid.UUID]subscribers.Challenge)
	}
	w.posed[one.ID] = one
	return nil
}

// TakeChallenge implements Passkeys.
func (w *world) TakeChallenge(_ context.Context, id uuid.UUID, now time.Time) (subscribers.Challenge, error) {
	one, err := found(w.posed, id)
	if err == nil && !now.Before(one.Expires) {
		err = subscribers.ErrNotFound
	}
	delete(w.posed, id)
	return one, err
}

// withPasskeys is withRegister at an address for which browsers have passkeys.
func withPasskeys(t *testing.T) *enrolled {
	t.Helper()
	w := newWorld(t)
	w.options.Open, w.options.PublicURL = false, ourOrigin
	w.restart()
	return w.enroll()
}

// sends posts JSON, as the page's script does, and keeps the session.
func (r *enrolled) sends(path string, body map[string]any) *httptest.ResponseRecorder {
	r.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	answer := r.do(request{method: http.MethodPost, path: path + "?lang=en", body: string(data), contentType: "application/json"})
	r.took(answer)
	return answer
}

// withDevice signs Luc in, and adds a passkey of a new device to his account.
func (r *enrolled) withDevice() *device {
	r.t.Helper()
	r.signsIn(firefoxOnWindows)
	d := newDevice(r.t)
	answer := r.sends("/account/passkeys", map[string]any{"credential": d.registers(d.read(r.sends("/account/passkeys/begin", nil))), "name": " Desk  at home "})
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), `"/account?passkey\u0026lang=en"`) {
		r.t.Fatalf("adding a passkey: got %d: %s", answer.Code, answer.Body)
	}
	r.cookie = nil
	return d
}

func (r *enrolled) asksWho(d *device) asked {
	r.t.Helper()
	return d.read(r.sends("/signin/passkey/begin", nil))
}

func TestAPasskeySignsIn(t *testing.T) {
	r := withPasskeys(t)
	d := r.withDevice()
	one := r.passkeys[0]
	if one.Name != "Desk at home" || one.Account != r.at[channels.NewAddress("luc@police.example")][0].ID || string(one.Key) != string(d.id) {
		t.Errorf("kept %+v", one)
	}
	question := r.asksWho(d)
	if question.PublicKey.UserVerification != "required" || question.PublicKey.RPID != "localhost" {
		t.Errorf("asked %+v", question.PublicKey)
	}
	in := r.sends("/signin/passkey", map[string]any{"credential": d.signs(question), "next": "/people?zone=demo"})
	if in.Code != http.StatusOK || !strings.Contains(in.Body.String(), `"/people?zone=demo\u0026lang=en"`) {
		t.Fatalf("signing in: got %d: %s", in.Code, in.Body)
	}
	if got := r.get("/people?zone=demo").Code; got != http.StatusOK {
		t.Errorf("then: got %d", got)
	}
	if r.passkeys[0].Used.IsZero() {
		t.Error("its use was not noted")
	}
	body := r.get("/account?lang=en").Body.String()
	if !strings.Contains(body, "Desk at home") || !strings.Contains(body, "/static/passkey.js") {
		t.Error("the account does not show it")
	}
	r.post("/account/passkeys/"+one.ID.String()+"/remove", url.Values{})
	r.cookie = nil
	if answer := r.sends("/signin/passkey", map[string]any{"credential": d.signs(r.asksWho(d))}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "not known here") {
		t.Errorf("after it was removed: got %d: %s", answer.Code, answer.Body)
	}
	if log := r.log.String(); strings.Contains(log, "Luc") || strings.Contains(log, question.PublicKey.Challenge) {
		t.Error("the log holds a name or a challenge")
	}
}

// What does not let anybody in, and what they are told.
func TestPasskeysThatAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		lie  func(r *enrolled, d *device)
		want string
	}{
		"signed for another site":      {func(_ *enrolled, d *device) { d.origin = "https://evil.example" }, "was not accepted"},
		"of another site":              {func(_ *enrolled, d *device) { d.rpID = "evil.example" }, "was not accepted"},
		"without its user":             {func(_ *enrolled, d *device) { d.verified = false }, "was not accepted"},
		"a key that nobody has":        {func(_ *enrolled, d *device) { d.id = newDevice(d.t).id }, "not known here"},
		"of somebody who is not here":  {func(_ *enrolled, d *device) { id := uuid.New(); d.handle = id[:] }, "not known here"},
		"of nobody":                    {func(_ *enrolled, d *device) { d.handle = []byte("x") }, "not known here"},
		"signed by another key":        {func(_ *enrolled, d *device) { d.key = newDevice(d.t).key }, "was not accepted"},
		"a counter that ran backwards": {func(_ *enrolled, d *device) { d.counter = 0 }, "may have been copied"},
		"of an account that ended":     {func(r *enrolled, _ *device) { clear(r.accounts) }, "not known here"},
		"of somebody without a post": {func(r *enrolled, _ *device) {
			for id, a := range r.accounts {
				a.Posts = nil
				r.accounts[id] = a
			}
		}, "not known here"},
		"too late":           {func(r *enrolled, _ *device) { r.now = r.now.Add(subscribers.ChallengeValidity) }, "took too long"},
		"in another browser": {func(r *enrolled, _ *device) { r.cookie = nil }, "took too long"},
	} {
		r := withPasskeys(t)
		d := r.withDevice()
		question := r.asksWho(d)
		test.lie(r, d)
		answer := r.sends("/signin/passkey", map[string]any{"credential": d.signs(question)})
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), test.want) {
			t.Errorf("%s: got %d: %s", name, answer.Code, answer.Body)
		}
		if got := r.get("/people?zone=demo").Code; got == http.StatusOK {
			t.Errorf("%s: lets them in", name)
		}
	}
}

// A challenge is answered once: neither again, nor after an answer that failed.
func TestChallengesAreNotReplayed(t *testing.T) {
	r := withPasskeys(t)
	d := r.withDevice()
	signed := d.signs(r.asksWho(d))
	before := r.cookie
	if got := r.sends("/signin/passkey", map[string]any{"credential": signed}).Code; got != http.StatusOK {
		t.Fatalf("the first: got %d", got)
	}
	for name, cookie := range map[string]*http.Cookie{"from the same browser": r.cookie, "with the session of before": before, "with no session": nil} {
		r.cookie = cookie
		if answer := r.sends("/signin/passkey", map[string]any{"credential": signed}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "answered already") {
			t.Errorf("again, %s: got %d: %s", name, answer.Code, answer.Body)
		}
	}
	r.cookie = nil
	question := r.asksWho(d)
	if got := r.sends("/signin/passkey", map[string]any{"credential": map[string]any{"id": "x"}}).Code; got != http.StatusUnprocessableEntity {
		t.Errorf("nonsense: got %d", got)
	}
	if got := r.sends("/signin/passkey", map[string]any{"credential": d.signs(question)}).Code; got != http.StatusUnprocessableEntity {
		t.Errorf("the same question after nonsense: got %d", got)
	}
}

// A copied passkey stays shut, also for its true owner, who is told on their page.
func TestACopiedPasskeyStaysShut(t *testing.T) {
	r := withPasskeys(t)
	d := r.withDevice()
	copied := *d
	if got := r.sends("/signin/passkey", map[string]any{"credential": d.signs(r.asksWho(d))}).Code; got != http.StatusOK {
		t.Fatalf("the owner: got %d", got)
	}
	for _, who := range []*device{&copied, d} {
		r.cookie = nil
		if answer := r.sends("/signin/passkey", map[string]any{"credential": who.signs(r.asksWho(who))}); !strings.Contains(answer.Body.String(), "may have been copied") {
			t.Errorf("got %d: %s", answer.Code, answer.Body)
		}
	}
	r.signsIn(firefoxOnWindows)
	if !strings.Contains(r.get("/account?lang=en").Body.String(), "may have been copied") {
		t.Error("its owner is not told")
	}
	if len(r.raised) != 1 || r.raised[0].Zone != "demo" || r.raised[0].Kind != subscribers.IncidentPasskey || r.raised[0].Matter != r.passkeys[0].ID.String() {
		t.Fatalf("the zone's administrator is shown %+v", r.raised)
	}
	for lang, want := range map[broker.Lang]string{broker.French: "de Luc Thys", broker.Dutch: "van Luc Thys", broker.German: "von Luc Thys", broker.English: "of Luc Thys"} {
		if text := r.raised[0].Texts[lang]; !strings.Contains(text.Title, want) || !strings.Contains(text.Body, "Luc Thys") {
			t.Errorf("%s: got %+v", lang, text)
		}
	}
}

// Whoever has an account is written to when a passkey comes or goes, in their own
// language, with what to do if it was not they.
func TestPasskeysAreWrittenAbout(t *testing.T) {
	for lang, want := range map[broker.Lang][2]string{
		broker.French: {"a été ajoutée", "a été supprimée"}, broker.Dutch: {"toegevoegd", "verwijderd"},
		broker.German: {"wurde hinzugefügt", "wurde entfernt"}, broker.English: {"was added", "was removed"},
	} {
		r := withPasskeys(t)
		at := channels.NewAddress("luc@police.example")
		luc := r.at[at][0]
		luc.Lang = lang
		r.accounts[luc.ID] = luc
		r.members[luc.ID] = subscribers.Member{ID: luc.ID, Name: luc.Name, Contacts: []subscribers.Contact{
			{Channel: channels.SMS, Address: channels.NewAddress("+32470123456"), State: subscribers.ContactActive},
			{Channel: channels.Email, Address: at, State: subscribers.ContactStopped},
			{Channel: channels.Email, Address: channels.NewAddress("old@police.example"), State: subscribers.ContactClosed},
		}}
		d := r.withDevice()
		r.signsIn(firefoxOnWindows)
		remove := "/account/passkeys/" + r.passkeys[0].ID.String() + "/remove"
		added := <-r.mailed
		r.post(remove, url.Values{})
		removed := <-r.mailed
		for i, text := range []broker.Text{added, removed} {
			if !strings.Contains(text.Title, want[i]) || !strings.Contains(text.Body, "Luc Thys") || !strings.Contains(text.Body, "Desk at home") {
				t.Errorf("%s: got %q: %q", lang, text.Title, text.Body)
			}
			if strings.Contains(text.Body, b64(d.id)) || strings.Contains(text.Body, luc.ID.String()) {
				t.Errorf("%s: the email says more than it may: %q", lang, text.Body)
			}
		}
		r.post(remove, url.Values{}) // it is gone
		if len(r.mailed) != 0 {
			t.Errorf("%s: a letter too many", lang)
		}
	}
}

// A mail server that puts an email off gets it again.
func TestPasskeysAreWrittenAboutLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := withPasskeys(t)
		luc := r.at[channels.NewAddress("luc@police.example")][0]
		r.members[luc.ID] = subscribers.Member{ID: luc.ID, Contacts: []subscribers.Contact{{Channel: channels.Email, Address: channels.NewAddress("luc@police.example"), State: subscribers.ContactActive}}}
		r.putOff = 2
		r.server.tellOfPasskey(httptest.NewRequest(http.MethodPost, "/account/passkeys", nil), luc, "Desk", "passkey.mail.added")
		began := time.Now()
		if text := <-r.mailed; !strings.Contains(text.Body, "Luc Thys") {
			t.Errorf("got %q", text.Body)
		}
		if took := time.Since(began); took != 6*time.Minute { // by the clock of this test
			t.Errorf("it came after %s", took)
		}
		time.Sleep(24 * time.Hour)
		if len(r.mailed) > 0 || strings.Contains(r.log.String(), "luc@police.example") {
			t.Error("a letter too many, or an address in the log")
		}
	})
}

// Who finds a desk that was left open does not make themselves a key to it.
func TestPasskeysAreAddedSoonAfterSigningIn(t *testing.T) {
	r := withPasskeys(t)
	r.signsIn(firefoxOnWindows)
	d := newDevice(t)
	question := d.read(r.sends("/account/passkeys/begin", nil))
	if question.PublicKey.Attestation != "none" || question.PublicKey.AuthenticatorSelection.ResidentKey != "required" || question.PublicKey.AuthenticatorSelection.UserVerification != "required" {
		t.Errorf("asked %+v", question.PublicKey)
	}
	if answer := r.sends("/account/passkeys", map[string]any{"credential": d.registers(question), "name": " "}); !strings.Contains(answer.Body.String(), "at most 40 characters") {
		t.Errorf("without a name: got %d: %s", answer.Code, answer.Body)
	}
	r.now = r.now.Add(freshFor)
	for _, path := range []string{"/account/passkeys/begin", "/account/passkeys"} {
		if answer := r.sends(path, map[string]any{"credential": d.registers(question), "name": "Mine"}); answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "more than an hour ago") {
			t.Errorf("%s: got %d: %s", path, answer.Code, answer.Body)
		}
	}
	if body := r.get("/account?lang=en").Body.String(); !strings.Contains(body, "more than an hour ago") || strings.Contains(body, `id="passkey"`) {
		t.Error("the page offers what is refused")
	}
	if len(r.passkeys) > 0 {
		t.Error("a passkey was added")
	}
}

// Browsers have passkeys for names, and with TLS or on this machine only.
func TestWherePasskeysWork(t *testing.T) {
	for address, want := range map[string]bool{
		"https://relais.example": true, "https://relais.example:8443": true, "http://localhost:8080": true,
		"http://relais.example": false, "https://192.0.2.7": false, "http://127.0.0.1:8080": false, "https://[2001:db8::1]": false, "": false,
	} {
		party, err := relyingParty(address)
		if err != nil || (party != nil) != want {
			t.Errorf("%q: got %v, %v, want %v", address, party != nil, err, want)
		}
	}
	r := withRegister(t)
	if strings.Contains(r.get("/signin").Body.String(), `id="passkey"`) {
		t.Error("the page offers what no browser does")
	}
	if answer := r.sends("/signin/passkey/begin", nil); answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), "no passkeys") {
		t.Errorf("asking all the same: got %d: %s", answer.Code, answer.Body)
	}
}

func TestPasskeysAreLimitedByVisitor(t *testing.T) {
	r := withPasskeys(t)
	for range triesAtOnce {
		r.sends("/signin/passkey/begin", nil)
	}
	for _, path := range []string{"/signin/passkey/begin", "/signin/passkey"} {
		if answer := r.sends(path, nil); answer.Code != http.StatusTooManyRequests || !strings.Contains(answer.Body.String(), "Wait a minute") {
			t.Errorf("%s: got %d: %s", path, answer.Code, answer.Body)
		}
	}
}
