package web

import (
	"crypto/rand"
	"crypto/rsa"
	"html"
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

// withIDP is withRegister where a provider vouches for the people of demo.
func withIDP(t *testing.T) (*enrolled, *idp) {
	t.Helper()
	w := newWorld(t)
	p := newIDP(t, func() time.Time { return w.now })
	w.options.Open, w.options.PublicURL = false, ourOrigin
	w.options.OIDC = OIDC{Issuer: p.URL, ClientID: "relais", Secret: channels.NewSecret(idpSecret), Zone: "demo", Name: "Police login"}
	w.restart()
	return w.enroll(), p
}

// leads is where the page of the button leads to.
func (r *enrolled) leads(next string) string {
	r.t.Helper()
	answer := r.post("/signin/oidc?lang=en", url.Values{"next": {next}})
	r.took(answer)
	found := regexp.MustCompile(`<a class="button" href="([^"]+)"`).FindStringSubmatch(answer.Body.String())
	if answer.Code != http.StatusOK || found == nil || answer.Header().Get("Refresh") != "0; url="+html.UnescapeString(found[1]) || !strings.Contains(answer.Body.String(), "led to Police login") {
		r.t.Fatalf("the button: got %d: %s", answer.Code, answer.Body)
	}
	return html.UnescapeString(found[1])
}

// comesBack follows the provider's answer, and keeps the session.
func (r *enrolled) comesBack(path string) *httptest.ResponseRecorder {
	answer := r.do(request{path: path + "&lang=en", header: map[string]string{"Sec-Fetch-Site": "cross-site"}})
	r.took(answer)
	return answer
}

func TestAProviderSignsIn(t *testing.T) {
	r, p := withIDP(t)
	if err := r.options.OIDC.Reach(t.Context()); err != nil {
		t.Errorf("the doctor says: %v", err)
	}
	if body := r.get("/signin?lang=en&next=/people").Body.String(); !strings.Contains(body, "Sign in with Police login") || !strings.Contains(body, "Send me a code") {
		t.Error("the page does not offer both ways")
	}
	in := r.comesBack(p.authorizes(r.leads("/people?zone=demo")))
	if in.Code != http.StatusSeeOther || in.Header().Get("Location") != "/people?zone=demo&lang=en" {
		t.Fatalf("coming back: got %d to %q: %s", in.Code, in.Header().Get("Location"), in.Body)
	}
	if got := r.get("/people?zone=demo").Code; got != http.StatusOK {
		t.Errorf("then: got %d", got)
	}
	if log := r.log.String(); strings.Contains(log, idpSecret) || strings.Contains(strings.ToLower(log), "luc@") {
		t.Error("the log holds the secret or the address")
	}
}

// A token for several is good when it was issued to this Relais.
func TestATokenForSeveral(t *testing.T) {
	r, p := withIDP(t)
	p.claims["aud"], p.claims["azp"] = []string{"relais", "other"}, "relais"
	if got := r.comesBack(p.authorizes(r.leads(""))).Code; got != http.StatusSeeOther {
		t.Errorf("got %d", got)
	}
}

// What a provider says, and what does not let anybody in for it.
func TestProvidersAnswersThatAreRefused(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	claim := func(name string, value any) func(*enrolled, *idp) {
		return func(_ *enrolled, p *idp) { p.claims[name] = value }
	}
	claims := func(pairs ...any) func(*enrolled, *idp) {
		return func(_ *enrolled, p *idp) {
			for pair := range slices.Chunk(pairs, 2) {
				p.claims[pair[0].(string)] = pair[1]
			}
		}
	}
	for name, test := range map[string]struct {
		lie  func(*enrolled, *idp)
		want string
	}{
		"another nonce":                     {claim("nonce", "x"), "was not accepted"},
		"no nonce":                          {claim("nonce", ""), "was not accepted"},
		"for somebody else":                 {claim("aud", "other"), "was not accepted"},
		"for several and issued to none":    {claim("aud", []string{"relais", "other"}), "was not accepted"},
		"for several and issued to another": {claims("aud", []string{"relais", "other"}, "azp", "other"), "was not accepted"},
		"issued to another":                 {claim("azp", "other"), "was not accepted"},
		"of another issuer":                 {claim("iss", "https://evil.example"), "was not accepted"},
		"expired":                           {claim("exp", 1), "was not accepted"},
		"signed by another":                 {func(_ *enrolled, p *idp) { p.key = other }, "was not accepted"},
		"an unverified email":               {claim("email_verified", false), "not confirmed there"},
		"no word of verifying":              {claim("email_verified", nil), "not confirmed there"},
		"no email":                          {claim("email", ""), "not confirmed there"},
		"nobody's email":                    {claim("email", "eva@police.example"), "Nobody has this address"},
		"an email of two":                   {claim("email", "claire@example.be"), "Nobody has this address"},
		"with another zone": {func(r *enrolled, _ *idp) {
			r.add("both@police.example", "Both", broker.French, subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"}, subscribers.Post{Role: subscribers.PostAdmin, Zone: "elsewhere"})
			r.server.Accounts.(*enrolled).at[channels.NewAddress("luc@police.example")] = r.at[channels.NewAddress("both@police.example")]
		}, "Nobody has this address"},
		"down":                 {func(_ *enrolled, p *idp) { p.Close() }, "was not accepted"},
		"in another browser":   {func(r *enrolled, _ *idp) { r.cookie = nil }, "began too long ago"},
		"too late":             {func(r *enrolled, _ *idp) { r.now = r.now.Add(2 * subscribers.ChallengeValidity) }, "began too long ago"},
		"a code of somebody":   {func(_ *enrolled, p *idp) { clear(p.codes) }, "was not accepted"},
		"a verifier of nobody": {func(_ *enrolled, p *idp) { p.forget("code_challenge") }, "was not accepted"},
	} {
		r, p := withIDP(t)
		back := p.authorizes(r.leads(""))
		test.lie(r, p)
		answer := r.comesBack(back)
		if answer.Code < 400 || !strings.Contains(answer.Body.String(), test.want) || !strings.Contains(answer.Body.String(), `href="/signin?lang=en"`) {
			t.Errorf("%s: got %d, lacks %q", name, answer.Code, test.want)
		}
		if got := r.get("/people?zone=demo").Code; got == http.StatusOK {
			t.Errorf("%s: lets them in", name)
		}
		if log := r.log.String(); strings.Contains(log, "private words") || strings.Contains(log, idpSecret) || strings.Contains(log, "@") {
			t.Errorf("%s: the log holds more than it may:\n%s", name, log)
		}
	}
}

// forget changes what browsers came with.
func (p *idp) forget(field string) {
	for _, q := range p.codes {
		q.Set(field, "x")
	}
}

// The state is used once, and another one is none.
func TestStateIsUsedOnce(t *testing.T) {
	r, p := withIDP(t)
	back := p.authorizes(r.leads(""))
	if got := r.comesBack(back).Code; got != http.StatusSeeOther {
		t.Fatalf("the first: got %d", got)
	}
	if answer := r.comesBack(back); answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "used already") {
		t.Errorf("again: got %d", answer.Code)
	}
	r.cookie = nil
	forged := regexp.MustCompile(`state=[^&]+`).ReplaceAllString(p.authorizes(r.leads("")), "state=x")
	if answer := r.comesBack(forged); answer.Code != http.StatusForbidden {
		t.Errorf("another state: got %d", answer.Code)
	}
	r.leads("")
	if answer := r.comesBack("/signin/oidc/back?error=access_denied&state=" + stateOf(t, r.leads(""))); !strings.Contains(answer.Body.String(), "did not sign in there") {
		t.Errorf("cancelled there: got %d", answer.Code)
	}
}

func stateOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("state")
}

// A provider that is down is said to be, and codes still go.
func TestProviderThatIsDown(t *testing.T) {
	r, p := withIDP(t)
	p.Close()
	for lang, want := range map[string]string{"fr": "injoignable", "nl": "niet bereikbaar", "de": "nicht erreichbar", "en": "cannot be reached"} {
		answer := r.post("/signin/oidc?lang="+lang, url.Values{})
		if answer.Code != http.StatusBadGateway || !strings.Contains(answer.Body.String(), want) || !strings.Contains(answer.Body.String(), `href="/signin?lang=`+lang) {
			t.Errorf("%s: got %d", lang, answer.Code)
		}
	}
	if err := r.options.OIDC.Reach(t.Context()); err == nil {
		t.Error("it is said to be reached")
	}
	if got := r.post("/signin", url.Values{"email": {"luc@police.example"}}).Code; got != http.StatusOK {
		t.Errorf("a code: got %d", got)
	}
	r.letter()
}

func TestProviderIsLimitedByVisitor(t *testing.T) {
	r, _ := withIDP(t)
	for range triesAtOnce {
		r.comesBack("/signin/oidc/back?state=x")
	}
	for _, answer := range []*httptest.ResponseRecorder{r.comesBack("/signin/oidc/back?state=x"), r.post("/signin/oidc?lang=en", url.Values{})} {
		if answer.Code != http.StatusTooManyRequests || !strings.Contains(answer.Body.String(), "Wait a minute") {
			t.Errorf("got %d", answer.Code)
		}
	}
}

// Without a provider nothing is offered.
func TestWithoutAProvider(t *testing.T) {
	r := withRegister(t)
	if strings.Contains(r.get("/signin").Body.String(), "/signin/oidc") {
		t.Error("the page offers one")
	}
	if got := r.post("/signin/oidc", url.Values{}).Code; got != http.StatusConflict {
		t.Errorf("got %d", got)
	}
}
