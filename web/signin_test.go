package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// enrolled is who may sign in, as Accounts and Mailer see it.
type enrolled struct {
	*world
	at     map[channels.Address][]subscribers.Account
	passes map[uuid.UUID]subscribers.Pass
	asked  map[channels.AddressHash]int
	mailed chan broker.Text
	putOff int // so many mails the mail server takes later
}

// withRegister lets Claire, coordinator, and Luc, admin, sign in; Claire and Marc
// share an address.
func withRegister(t *testing.T) *enrolled {
	t.Helper()
	w := newWorld(t)
	w.options.Open = false
	w.restart()
	return w.enroll()
}

// enroll does so in a world that stands, until it starts again.
func (w *world) enroll() *enrolled {
	w.t.Helper()
	passes, err := subscribers.NewPasses(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		w.t.Fatal(err)
	}
	r := &enrolled{world: w, at: make(map[channels.Address][]subscribers.Account), passes: make(map[uuid.UUID]subscribers.Pass),
		asked: make(map[channels.AddressHash]int), mailed: make(chan broker.Text, 100)}
	w.accounts = make(map[subscribers.MemberID]subscribers.Account)
	r.add("claire@example.be", "Claire Lambert", broker.French, subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "tilleuls"})
	r.add("claire@example.be", "Marc Thiry", broker.Dutch, subscribers.Post{Role: subscribers.PostDeputy, Zone: "demo", Partnership: "tilleuls"})
	r.add("luc@police.example", "Luc Thys", broker.German, subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"})
	w.server.Accounts, w.server.Mailer, w.server.Passes = r, r, passes
	return r
}

func (r *enrolled) add(email, name string, lang broker.Lang, posts ...subscribers.Post) {
	a := subscribers.Account{ID: subscribers.NewMemberID(), Name: name, Lang: lang, Posts: posts}
	r.accounts[a.ID] = a
	to := channels.NewAddress(email)
	r.at[to] = append(r.at[to], a)
}

func (r *enrolled) AccountsAt(_ context.Context, email channels.Address) ([]subscribers.Account, error) {
	return r.at[email], nil
}

func (r *enrolled) AddCodes(_ context.Context, address channels.AddressHash, passes []subscribers.Pass, _ time.Time) error {
	if r.asked[address]++; r.asked[address] > subscribers.CodesAnHour {
		return subscribers.ErrTooManyCodes
	}
	for _, p := range passes {
		r.passes[p.ID] = p
	}
	return nil
}

func (r *enrolled) UseCode(_ context.Context, address channels.AddressHash, judge func([]subscribers.Pass) (subscribers.Pass, error), now time.Time) (subscribers.Pass, error) {
	var of []subscribers.Pass
	for _, p := range r.passes {
		if p.Address == address {
			of = append(of, p)
		}
	}
	pass, err := judge(of)
	if err == nil {
		pass.Used = now
		r.passes[pass.ID] = pass
		return pass, nil
	}
	for _, p := range of {
		p.Tries++
		r.passes[p.ID] = p
	}
	return pass, err
}

func (r *enrolled) Pass(_ context.Context, id uuid.UUID) (subscribers.Pass, error) {
	return found(r.passes, id)
}

func (r *enrolled) UseLink(_ context.Context, pass subscribers.Pass, now time.Time) error {
	pass.Used = now
	r.passes[pass.ID] = pass
	return nil
}

func (r *enrolled) Mail(_ context.Context, _ channels.Address, letter PassLetter) error {
	if r.putOff > 0 {
		r.putOff--
		return errors.New("451 4.7.1 try again later")
	}
	r.mailed <- letter.Text
	return nil
}

// invitation is the path of a link that signs Luc in.
func (r *enrolled) invitation() string {
	pass, token := r.server.Passes.Link(r.at[channels.NewAddress("luc@police.example")][0].ID, channels.AddressHash{}, r.now)
	r.passes[pass.ID] = pass
	return "/signin/invited/" + token
}

// letter is the next email, with the code in it.
func (r *enrolled) letter() (broker.Text, string) {
	r.t.Helper()
	text := <-r.mailed
	code := regexp.MustCompile(`\d{4} \d{4}`).FindString(text.Body)
	if code == "" {
		r.t.Fatal("the email holds no code")
	}
	return text, code
}

// took keeps the session that an answer began.
func (r *enrolled) took(answer *httptest.ResponseRecorder) *http.Cookie {
	r.t.Helper()
	for _, c := range answer.Result().Cookies() { // no body to close: it is a recorder's
		if c.Name == r.server.sessions.Cookie.Name {
			r.cookie = c
		}
	}
	return r.cookie
}

func TestSigningInWithACode(t *testing.T) {
	r := withRegister(t)
	if got := r.get("/").Header().Get("Location"); got != "/signin?next=%2F" {
		t.Fatalf("the desk leads to %q", got)
	}
	asked := r.post("/signin?lang=fr", url.Values{"email": {" Luc@Police.example "}, "next": {"/cases?zone=demo"}})
	if asked.Code != http.StatusOK || !strings.Contains(asked.Body.String(), "autocomplete=\"one-time-code\"") || !strings.Contains(asked.Body.String(), `value="/cases?zone=demo"`) {
		t.Fatalf("asking for a code: got %d", asked.Code)
	}
	letter, code := r.letter()
	if !strings.HasPrefix(letter.Body, "Guten Tag Luc Thys") || !strings.Contains(letter.Title, code) {
		t.Errorf("the letter begins %.30q", letter.Body)
	}
	in := r.post("/signin/code", url.Values{"email": {"luc@police.example"}, "code": {code}, "next": {"/cases?zone=demo"}})
	if in.Code != http.StatusSeeOther || in.Header().Get("Location") != "/cases?zone=demo" {
		t.Fatalf("with the code: got %d to %q\n%s", in.Code, in.Header().Get("Location"), in.Body)
	}
	c := r.took(in)
	if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge > int(sessionLasts.Seconds())+1 {
		t.Errorf("the session's cookie is %+v", c)
	}
	if body := r.get("/?lang=fr").Body.String(); !strings.Contains(body, "Luc Thys") {
		t.Error("the desk does not say who has signed in")
	}
	again := r.post("/signin/code?lang=fr", url.Values{"email": {"luc@police.example"}, "code": {code}})
	if again.Code != http.StatusUnprocessableEntity || !strings.Contains(again.Body.String(), "a déjà servi") {
		t.Errorf("the same code again: got %d", again.Code)
	}
	out := r.post("/signout", url.Values{})
	if out.Header().Get("Location") != "/signin?out" {
		t.Errorf("signing out leads to %q", out.Header().Get("Location"))
	}
	if got := r.get("/").Code; got != http.StatusSeeOther {
		t.Errorf("after signing out the desk answers %d", got)
	}
	if strings.Contains(r.log.String(), strings.ReplaceAll(code, " ", "")) || strings.Contains(r.log.String(), code) || strings.Contains(strings.ToLower(r.log.String()), "luc") {
		t.Errorf("the log holds the code, the name or the address:\n%s", r.log)
	}
}

// Two people share an address: each code is its reader's.
func TestPeopleOfOneAddress(t *testing.T) {
	r := withRegister(t)
	r.post("/signin", url.Values{"email": {"claire@example.be"}})
	codes := map[string]string{}
	for range 2 {
		letter, code := r.letter()
		for _, name := range []string{"Claire Lambert", "Marc Thiry"} {
			if strings.Contains(letter.Body, name) {
				codes[name] = code
			}
		}
	}
	for name, code := range codes {
		in := r.post("/signin/code", url.Values{"email": {"claire@example.be"}, "code": {code}, "keep": {"1"}})
		if in.Header().Get("Location") != "/inbox" {
			t.Fatalf("%s is led to %q", name, in.Header().Get("Location"))
		}
		if c := r.took(in); c.MaxAge < int(longSessionLasts.Seconds())-60 {
			t.Errorf("a device of one's own is kept for %d s", c.MaxAge)
		}
		body := r.get("/account?lang=en").Body.String()
		if !strings.Contains(body, "<h1>"+name) || !strings.Contains(body, "PLP Les Tilleuls") {
			t.Errorf("the account is not %s's", name)
		}
	}
	if len(codes) != 2 {
		t.Errorf("%d people got a code, want 2", len(codes))
	}
}

// Whether somebody has an address cannot be read off the answer.
func TestUnknownAddressesGetTheSameAnswer(t *testing.T) {
	r := withRegister(t)
	page := func(email string) string {
		answer := r.post("/signin?lang=en", url.Values{"email": {email}})
		return strings.ReplaceAll(answer.Body.String(), email, "ADDRESS")
	}
	if page("luc@police.example") != page("dora@police.example") {
		t.Error("the answers differ")
	}
	r.letter()
	select {
	case <-r.mailed:
		t.Error("somebody unknown was written to")
	default:
	}
	for range subscribers.CodesAnHour - 1 {
		page("luc@police.example")
		page("dora@police.example")
	}
	one := r.post("/signin?lang=en", url.Values{"email": {"luc@police.example"}})
	other := r.post("/signin?lang=en", url.Values{"email": {"dora@police.example"}})
	if one.Code != http.StatusTooManyRequests || other.Code != one.Code || !strings.Contains(one.Body.String(), "try again in an hour") {
		t.Errorf("too many: got %d and %d", one.Code, other.Code)
	}
}

// Each way a code fails says what to do next, in the reader's language.
func TestCodesThatDoNotOpen(t *testing.T) {
	for lang, want := range map[string][3]string{
		"fr": {"n’est pas le bon", "trop ancien", "Trop de mauvais codes"}, "nl": {"klopt niet", "te oud", "Te veel foute codes"},
		"de": {"stimmt nicht", "zu alt", "Zu viele falsche Codes"}, "en": {"is not right", "too old", "Too many wrong codes"},
	} {
		r := withRegister(t)
		r.post("/signin", url.Values{"email": {"luc@police.example"}})
		_, code := r.letter()
		typed := func(code string) string {
			answer := r.post("/signin/code?lang="+lang, url.Values{"email": {"luc@police.example"}, "code": {code}})
			if answer.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s: got %d", lang, answer.Code)
			}
			return answer.Body.String()
		}
		if page := typed("1"); !strings.Contains(page, want[0]) || !strings.Contains(page, `value="luc@police.example"`) {
			t.Errorf("%s: a wrong code: lacks %q", lang, want[0])
		}
		for range subscribers.MaxTries {
			typed("1")
		}
		if page := typed(code); !strings.Contains(page, want[2]) {
			t.Errorf("%s: a worn code: lacks %q", lang, want[2])
		}
		r.post("/signin", url.Values{"email": {"luc@police.example"}})
		_, code = r.letter()
		r.now = r.now.Add(subscribers.CodeValidity)
		if page := typed(code); !strings.Contains(page, want[1]) {
			t.Errorf("%s: an old code: lacks %q", lang, want[1])
		}
	}
}

func TestSigningInIsLimitedByVisitor(t *testing.T) {
	r := withRegister(t)
	for range triesAtOnce {
		r.post("/signin/code", url.Values{"email": {"luc@police.example"}, "code": {"1"}})
	}
	for _, path := range []string{"/signin?lang=en", "/signin/code?lang=en"} {
		answer := r.post(path, url.Values{"email": {"luc@police.example"}, "code": {"1"}})
		if answer.Code != http.StatusTooManyRequests || !strings.Contains(answer.Body.String(), "Wait a minute") {
			t.Errorf("%s: got %d", path, answer.Code)
		}
	}
}

func TestInvitationsAreLimitedByVisitor(t *testing.T) {
	r := withRegister(t)
	path := r.invitation()
	for range triesAtOnce {
		r.get("/signin/invited/AAAA")
	}
	for _, answer := range []*httptest.ResponseRecorder{r.get(path + "?lang=en"), r.post(path+"?lang=en", url.Values{})} {
		if answer.Code != http.StatusTooManyRequests || !strings.Contains(answer.Body.String(), "Wait a minute") {
			t.Errorf("got %d", answer.Code)
		}
	}
}

func TestAnInvitationSignsInOnce(t *testing.T) {
	r := withRegister(t)
	luc := r.at[channels.NewAddress("luc@police.example")][0]
	path := r.invitation()
	token := strings.TrimPrefix(path, "/signin/invited/")
	for range 2 { // programs that look at links do no harm
		if answer := r.get(path + "?lang=en"); answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "Luc Thys, this link signs you in") {
			t.Fatalf("the page: got %d", answer.Code)
		}
	}
	in := r.post(path, url.Values{})
	if in.Code != http.StatusSeeOther || in.Header().Get("Location") != "/" {
		t.Fatalf("the button: got %d to %q", in.Code, in.Header().Get("Location"))
	}
	r.took(in)
	if got := r.get("/").Code; got != http.StatusOK {
		t.Errorf("the desk: got %d", got)
	}
	for what, want := range map[string]string{path: "has been used", "/signin/invited/abc": "does not work", "/signin/invited/" + token[:30] + "AAAA": "does not work"} {
		for _, answer := range []*httptest.ResponseRecorder{r.get(what + "?lang=en"), r.post(what+"?lang=en", url.Values{})} {
			if !strings.Contains(answer.Body.String(), want) || !strings.Contains(answer.Body.String(), `href="/signin?lang=en"`) {
				t.Errorf("%s: got %d, lacks %q", what, answer.Code, want)
			}
		}
	}
	late, token := r.server.Passes.Link(luc.ID, channels.AddressHash{}, r.now.Add(-subscribers.LinkValidity))
	r.passes[late.ID] = late
	if answer := r.get("/signin/invited/" + token + "?lang=en"); !strings.Contains(answer.Body.String(), "too old") {
		t.Errorf("an old one: got %d", answer.Code)
	}
	if strings.Contains(r.log.String(), token) {
		t.Error("the log holds the link")
	}
}

// Signing in leads to our own pages alone.
func TestNextIsLocal(t *testing.T) {
	for next, want := range map[string]string{
		"/cases?zone=demo": "/cases?zone=demo", "/": "/", "": "", "https://evil.example/": "", "//evil.example": "", "/\\evil.example": "",
		"cases": "", "javascript:alert(1)": "", "/a\r\nb": "", "///evil.example": "",
	} {
		if got := localPath(next); got != want {
			t.Errorf("%q: got %q, want %q", next, got, want)
		}
	}
}

// Another site's page cannot sign somebody in or out.
func TestSigningInIsNotForOtherSites(t *testing.T) {
	r := withRegister(t)
	for _, path := range []string{"/signin", "/signin/code", "/signout", "/signin/invited/abc"} {
		answer := r.do(request{method: http.MethodPost, path: path, form: url.Values{"email": {"luc@police.example"}}, header: map[string]string{"Sec-Fetch-Site": "cross-site"}})
		if answer.Code != http.StatusForbidden {
			t.Errorf("%s: got %d", path, answer.Code)
		}
	}
	if len(r.passes) > 0 {
		t.Error("a code was made")
	}
}
