package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// TokenOf implements Tokens.
func (w *world) TokenOf(_ context.Context, hash subscribers.TokenHash) (subscribers.Token, error) {
	for _, one := range w.tokens {
		if one.Hash == hash {
			return one, nil
		}
	}
	return subscribers.Token{}, subscribers.ErrNotFound
}

// NoteTokenUse implements Tokens.
func (w *world) NoteTokenUse(_ context.Context, id subscribers.TokenID, at time.Time) error {
	for i := range w.tokens {
		if w.tokens[i].ID == id {
			w.tokens[i].Used = at
		}
	}
	return nil
}

// Tokens implements Tokens.
func (w *world) Tokens(_ context.Context, zone broker.ZoneID) ([]subscribers.Token, error) {
	return slices.DeleteFunc(slices.Clone(w.tokens), func(one subscribers.Token) bool { return one.Zone != zone }), nil
}

// AddToken implements Tokens.
func (w *world) AddToken(_ context.Context, one subscribers.Token) error {
	for _, other := range w.tokens {
		if other.Zone == one.Zone && other.Name == one.Name {
			return subscribers.ErrTokenName
		}
	}
	w.tokens = append(w.tokens, one)
	return nil
}

// RevokeToken implements Tokens.
func (w *world) RevokeToken(_ context.Context, zone broker.ZoneID, id subscribers.TokenID, by string, at time.Time) error {
	for i, one := range w.tokens {
		if one.ID == id && one.Zone == zone {
			w.tokens[i].Revoked, w.tokens[i].RevokedBy = at, by
			return nil
		}
	}
	return subscribers.ErrNotFound
}

// withToken makes a token of the zone demo, and returns its secret.
func (w *world) withToken(name string, scopes ...subscribers.TokenScope) string {
	w.t.Helper()
	one, secret, err := subscribers.NewToken("demo", name, scopes, "Luc Thys", w.now, 30)
	if err != nil {
		w.t.Fatal(err)
	}
	w.tokens = append(w.tokens, one)
	return secret
}

// bearing makes a request with a token.
func (w *world) bearing(secret, method, path, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(request{method: method, path: path, body: body, host: "relais.example", header: map[string]string{"Authorization": "Bearer " + secret}})
}

// RFC 6750, 3.1: a token that is no good is told so, and one that is good for
// something else learns what it lacks.
func TestTokensThatAreRefused(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	good, late, revoked := w.withToken("CAD", subscribers.ScopeRead), w.withToken("Late", subscribers.ScopeRead), w.withToken("Gone", subscribers.ScopeRead)
	w.tokens[1].Expires, w.tokens[2].Revoked = w.now, w.now
	for name, test := range map[string]struct {
		secret, path string
		status       int
		asks         string
	}{
		"good":            {good, "/api/messages", 200, ""},
		"expired":         {late, "/api/messages", 401, `Bearer realm="Relais", error="invalid_token", error_description="The token is unknown, expired or revoked"`},
		"revoked":         {revoked, "/api/messages", 401, `Bearer realm="Relais", error="invalid_token", error_description="The token is unknown, expired or revoked"`},
		"made up":         {good + "A", "/api/messages", 401, `Bearer realm="Relais", error="invalid_token", error_description="The token is unknown, expired or revoked"`},
		"of another zone": {good, "/api/messages?zone=elsewhere", 403, `Bearer realm="Relais", error="insufficient_scope"`},
		"without a scope": {good, "/api/dead", 403, `Bearer realm="Relais", error="insufficient_scope", scope="operate"`},
		"on a page":       {good, "/", 403, `Bearer realm="Relais", error="insufficient_scope"`},
	} {
		answer := w.bearing(test.secret, http.MethodGet, test.path, "")
		if answer.Code != test.status || answer.Header().Get("WWW-Authenticate") != test.asks {
			t.Errorf("%s: got %d, %q", name, answer.Code, answer.Header().Get("WWW-Authenticate"))
		}
	}
	if answer := w.do(request{path: "/api/messages", host: "relais.example"}); answer.Header().Get("WWW-Authenticate") != `Bearer realm="Relais"` {
		t.Errorf("nobody's request: %q", answer.Header().Values("WWW-Authenticate"))
	}
	if strings.Contains(w.log.String(), good) || strings.Contains(w.log.String(), "CAD") {
		t.Error("the log holds the secret or the name")
	}
}

// The configured token goes on to open everything.
func TestTheConfiguredTokenOpensEverything(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	for _, path := range []string{"/api/messages?zone=elsewhere", "/api/dead", "/"} {
		if got := w.bearing("s3cret", http.MethodGet, path, "").Code; got != http.StatusOK {
			t.Errorf("%s: got %d", path, got)
		}
	}
}

// A token is bound to its zone where Relais is open, too.
func TestTokensCountWhereRelaisIsOpen(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.options.Open, w.options.APIToken = true, channels.Secret{}
	w.restart()
	secret := w.withToken("CAD", subscribers.ScopeRead)
	if got := w.bearing(secret, http.MethodGet, "/api/messages?zone=elsewhere", "").Code; got != http.StatusForbidden {
		t.Errorf("another zone: got %d", got)
	}
}

// What a program did says by which token, and rule 5 still knows the author.
func TestWhatATokenDidNamesIt(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	secret := w.withToken("CAD dispatch", subscribers.ScopePublish, subscribers.ScopeFollow)
	body := `{"zone": "demo", "author": "Insp. Dubois", "via": "somebody else", "kind": "info", "expires": "` + w.now.Add(time.Hour).Format(time.RFC3339) + `", "texts": {"fr": {"title": "Réunion", "body": "Mardi."}}}`
	if answer := w.bearing(secret, http.MethodPost, "/api/messages", body); answer.Code != http.StatusCreated {
		t.Fatalf("publish: got %d: %s", answer.Code, answer.Body)
	}
	if m := w.published[0]; m.Author != "Insp. Dubois" || m.Via != "CAD dispatch" {
		t.Errorf("published by %q via %q", m.Author, m.Via)
	}
	m := w.messages[alertID]
	m.Via = "CAD dispatch"
	w.messages[alertID] = m
	if page := w.bearing("s3cret", http.MethodGet, "/messages/"+alertID.String()+"?lang=fr", ""); !strings.Contains(page.Body.String(), "Insp. Dubois, par le jeton CAD dispatch") {
		t.Error("the desk does not say by which token")
	}
	if answer := w.bearing(secret, http.MethodPost, "/api/incidents/"+incidentID.String()+"/ack", `{"by": "Insp. Dubois"}`); answer.Code != http.StatusOK || w.seenBy != "Insp. Dubois (token CAD dispatch)" {
		t.Errorf("acknowledged by %q, %d", w.seenBy, answer.Code)
	}
	if answer := w.bearing("s3cret", http.MethodPost, "/api/messages", body); answer.Code == http.StatusCreated && w.published[1].Via != "" {
		t.Errorf("a program cannot claim a token: %q", w.published[1].Via)
	}
	if !strings.Contains(w.log.String(), "token="+w.tokens[0].ID.String()) {
		t.Error("the log does not say which token it was")
	}
}

func TestLastUseIsNotedOnceAMinute(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	secret := w.withToken("CAD", subscribers.ScopeRead)
	first := w.now
	for _, later := range []time.Duration{0, 59 * time.Second, time.Minute} {
		w.now = first.Add(later)
		w.bearing(secret, http.MethodGet, "/api/messages", "")
		want := first
		if later == time.Minute {
			want = w.now
		}
		if !w.tokens[0].Used.Equal(want) {
			t.Errorf("after %s: %v, want %v", later, w.tokens[0].Used, want)
		}
	}
}

// Who tries tokens is slowed down, and a good one from the same place is not.
func TestUnknownTokensAreLimited(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	secret := w.withToken("CAD", subscribers.ScopeRead)
	for range triesAtOnce {
		if got := w.bearing("relais_guess", http.MethodGet, "/api/messages", "").Code; got != http.StatusUnauthorized {
			t.Fatalf("a guess: got %d", got)
		}
	}
	if answer := w.bearing("relais_guess", http.MethodGet, "/api/messages", ""); answer.Code != http.StatusTooManyRequests || !strings.Contains(answer.Body.String(), "Wait a minute") {
		t.Errorf("one more: got %d", answer.Code)
	}
	if got := w.bearing(secret, http.MethodGet, "/api/messages", "").Code; got != http.StatusOK {
		t.Errorf("the right one: got %d", got)
	}
}

// An administrator makes a token, reads its secret once, and revokes it.
func TestTokensArePagesOfTheAdministrator(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.signInAs("Luc Thys", subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"})
	if body := w.get("/?lang=en").Body.String(); !strings.Contains(body, "Programs and their tokens") {
		t.Error("the desk does not lead there")
	}
	made := w.post("/tokens?zone=demo&lang=en", url.Values{"name": {" CAD  dispatch "}, "scope": {"publish"}, "days": {"90"}})
	secret := regexp.MustCompile(`relais_[A-Z2-7]+`).FindString(made.Body.String())
	if made.Code != http.StatusOK || secret == "" || strings.Contains(w.log.String(), secret) {
		t.Fatalf("making one: got %d", made.Code)
	}
	one := w.tokens[0]
	if one.Name != "CAD dispatch" || one.Zone != "demo" || one.By != "Luc Thys" || !one.Expires.Equal(w.now.AddDate(0, 0, 90)) {
		t.Errorf("made %+v", one)
	}
	if got := w.bearing(secret, http.MethodGet, "/api/messages", "").Code; got != http.StatusForbidden {
		t.Errorf("beyond its scope: got %d", got)
	}
	list := w.get("/tokens?zone=demo&lang=en").Body.String()
	if strings.Contains(list, secret) || !strings.Contains(list, "publish messages") || !strings.Contains(list, "Never used") && !strings.Contains(list, "Last used") {
		t.Error("the list shows the secret, or not what the token may do")
	}
	again := w.post("/tokens?zone=demo&lang=en", url.Values{"name": {"CAD dispatch"}, "scope": {"read"}, "days": {"30"}})
	if again.Code != http.StatusUnprocessableEntity || !strings.Contains(again.Body.String(), "has, or had, a token of this name") || !strings.Contains(again.Body.String(), `value="read" checked`) {
		t.Errorf("the same name: got %d", again.Code)
	}
	for range 2 { // pressed twice
		if got := w.post("/tokens/"+one.ID.String()+"/revoke?zone=demo&lang=en", url.Values{}); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "opens nothing any more") || !strings.Contains(got.Body.String(), "Revoked by Luc Thys") {
			t.Errorf("revoking: got %d", got.Code)
		}
	}
	if got := w.bearing(secret, http.MethodPost, "/api/messages", "{}").Code; got != http.StatusUnauthorized {
		t.Errorf("after it was revoked: got %d", got)
	}
	for path, want := range map[string]int{"/tokens/" + tokenID.String() + "/revoke?zone=demo": 404, "/tokens/seven/revoke?zone=demo": 404, "/tokens/" + one.ID.String() + "/revoke?zone=elsewhere": 403} {
		if got := w.post(path, url.Values{}).Code; got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
}

// Each fault stands beside its field, and what was typed stays.
func TestTokenFormSaysWhatIsWrong(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.signInAs("Luc Thys", subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"})
	good := func() url.Values { return url.Values{"name": {"CAD"}, "scope": {"read"}, "days": {"30"}} }
	for field, test := range map[string]struct {
		form url.Values
		want string
	}{
		"name":   {with(good(), "name", " "), "at most 40 characters"},
		"scopes": {with(good(), "scope", "approve"), "at least one thing"},
		"days":   {with(good(), "days", "4000"), "how long it is good"},
	} {
		answer := w.post("/tokens?zone=demo&lang=en", test.form)
		if body := answer.Body.String(); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="`+field+`-fault"`) || !strings.Contains(body, test.want) {
			t.Errorf("%s: got %d", field, answer.Code)
		}
	}
	if len(w.tokens) > 0 {
		t.Error("a token was made")
	}
}
