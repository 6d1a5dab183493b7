package web

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// wellFormed reads a page as XML, which our templates keep to: every element
// is closed, every attribute quoted, every id there once.
func wellFormed(t *testing.T, name string, answer *httptest.ResponseRecorder) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(answer.Body.String()))
	dec.Entity = xml.HTMLEntity
	ids := make(map[string]bool)
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("%s: not well-formed: %v\n%s", name, err, answer.Body)
			return
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, attr := range start.Attr {
			if attr.Name.Local == "style" || strings.HasPrefix(attr.Name.Local, "on") {
				t.Errorf("%s: %s has an attribute that the content policy blocks: %s", name, start.Name.Local, attr.Name.Local)
			}
			if attr.Name.Local == "id" && ids[attr.Value] {
				t.Errorf("%s: id %q is there twice", name, attr.Value)
			}
			if attr.Name.Local == "id" {
				ids[attr.Value] = true
			}
		}
	}
}

// somePage is one page as somebody finds it: asked for, or the answer to a form.
type somePage struct {
	name   string
	path   string
	form   url.Values
	status int
}

// everyPage is the list of pages, each as often as it can look different. What
// looks at pages goes through it: languages, accessibility, pictures.
// TestNoPageIsForgotten finds a template that it leaves out. Some change the
// world, so the order counts.
func everyPage(w *world) []somePage {
	return []somePage{
		{"desk", "/?zone=demo", nil, 200},
		{"compose", "/messages/new?kind=alert&zone=demo", nil, 200},
		{"compose missing", "/messages/new?kind=missing&zone=demo", nil, 200},
		{"compose feedback", "/messages/new?kind=feedback&zone=demo", nil, 200},
		{"compose closing of", "/messages/new?kind=closing&ref=" + alertID.String(), nil, 200},
		{"compose correction", "/messages/new?kind=alert&type=update&ref=" + alertID.String(), nil, 200},
		{"compose nonsense", "/messages/new?kind=gossip", nil, 404},
		{"compose with faults", "/messages", url.Values{"kind": {"alert"}, "zone": {"demo"}}, 422},
		{"compose with an example", "/messages/new?example=1&kind=hazard&zone=demo", nil, 200},
		{"compose with its preview", "/messages/preview", with(goodForm(), "title.fr", "Fenêtre forcée"), 200},
		{"compose with a picture", "/messages/preview", missingForm(testPicture(w.t, 320, 240)), 200},
		{"compose with a picture refused", "/messages", with(missingForm(testPicture(w.t, 320, 240)), "kind", "prevention", "alt.fr", "", "picture", "!"), 422},
		{"message", "/messages/" + alertID.String(), nil, 200},
		{"message done", "/messages/" + tipID.String(), nil, 200},
		{"message just published", "/messages/0193596a-0000-7000-8000-0000000000ff?published", nil, 200},
		{"message unknown", "/messages/0193596a-0000-7000-8000-0000000000ff", nil, 404},
		{"message id malformed", "/messages/x", nil, 404},
		{"question", w.link(subscribers.CanDecide, askID), nil, 200},
		{"hold in the past", w.link(subscribers.CanDecide, askID), url.Values{"action": {"hold"}, "until": {"2026-11-23T08:00"}}, 422},
		{"absence backwards", w.link(subscribers.CanDecide, askID), url.Values{"action": {"away"}, "from": {"2026-12-02"}, "until": {"2026-12-01"}}, 422},
		{"decision", "/approvals/" + w.approvalID().String(), nil, 200},
		{"release too early", "/approvals/" + w.approvalID().String() + "/release", url.Values{"by": {"Insp. Claes"}, "words": {"urgent"}}, 422},
		{"inbox", "/inbox", nil, 200},
		{"nobody's inbox", "/inbox", nil, 403},
		{"question in the inbox", "/inbox/approvals/" + w.approvalID().String(), nil, 200},
		{"refusal without a reason in the inbox", "/inbox/approvals/" + w.approvalID().String(), url.Values{"action": {"refuse"}}, 422},
		{"infoflash in the inbox", "/inbox/digests/tilleuls/" + w.flash.Date.String(), nil, 200},
		{"who is there", "/inbox/partnerships/tilleuls/absences", nil, 200},
		{"who is there, with a first day", "/inbox/partnerships/tilleuls/absences?month=2026-12&from=2026-12-05", nil, 200},
		{"an absence that ends before it begins", "/inbox/partnerships/tilleuls/absences", url.Values{"action": {"away"}, "member": {coordinatorID.String()}, "from": {"2026-12-05"}, "until": {"2026-12-01"}}, 422},
		{"the plan", "/inbox/partnerships/tilleuls/plan", nil, 200},
		{"journal", "/inbox/partnerships/tilleuls/journal", nil, 200},
		{"members", "/inbox/partnerships/tilleuls/members", nil, 200},
		{"invitations", "/inbox/partnerships/tilleuls/invitations?shown=" + w.invitations[0].ID.String(), nil, 200},
		{"too many invitations", "/inbox/partnerships/tilleuls/invitations", url.Values{}, 429},
		{"invitation taken back", "/i/" + w.invited(1), nil, 410},
		{"form to copy", "/inbox/partnerships/tilleuls/paper?did=sms,voice,onfile&signed=2026-11-20", nil, 200},
		{"form copied with faults", "/inbox/partnerships/tilleuls/paper", url.Values{"sms": {"0470"}, "voice": {"081 12 34 56"}, "twice": {"1"}, "noway": {"1"}, "signed": {"2027-01-01"}, "text": {"9"}}, 422},
		{"form copied twice", "/inbox/partnerships/tilleuls/paper", copiedTwice(), 422},
		{"form to sign", "/form/tilleuls", nil, 200},
		{"form of nobody", "/form/nowhere", nil, 404},
		{"poster", "/inbox/partnerships/tilleuls/poster", nil, 200},
		{"no network", "/offline", nil, 200},
		{"member's message", w.link(subscribers.CanOpen, letterID), nil, 200},
		{"infoflash", w.link(subscribers.CanOpen, digestID), nil, 200},
		{"infoflash to come", w.link(subscribers.CanPreview, previewID), nil, 200},
		{"infoflash with a note too long", w.link(subscribers.CanPreview, previewID), url.Values{"action": {"note"}, "note": {strings.Repeat("é", 301)}}, 422},
		{"member's own page", w.me() + "?saved", nil, 200},
		{"join", "/join/tilleuls", nil, 200},
		{"join with faults", "/join/tilleuls", url.Values{"sms": {"0470"}, "email": {"jeanne@example.be"}, "from": {"21:00"}, "number": {"12"}}, 422},
		{"join next door", "/join/tilleuls", url.Values{"name": {"Jeanne"}, "street": {"Lindenstraat"}, "number": {"12"}}, 422},
		{"sheet of paper", "/sheet/tilleuls", nil, 200},
		{"sheet of nobody", "/sheet/nowhere", nil, 404},
		{"join nowhere", "/join/nowhere", nil, 404},
		{"joining", w.applied.page + "?unsent=voice&again=sms", nil, 200},
		{"joining with a wrong code", w.applied.page, url.Values{"channel": {"sms"}, "code": {"1234"}}, 422},
		{"confirm", w.applied.link, nil, 200},
		{"confirmed before", w.applied.used, nil, 409},
		{"just joined", w.server.keyPath(memberID) + "?joined=tilleuls", nil, 200},
		{"key too old", "/me/" + w.caps.Key(memberID, w.now.Add(-subscribers.KeyValidity)), nil, 410},
		{"renew", "/renew", nil, 200},
		{"renew what is no address", "/renew", url.Values{"address": {"Anne"}}, 422},
		{"renewed with a wrong code", "/renew/code", url.Values{"address": {"081 12 34 56"}, "code": {"1"}}, 422},
		{"a link of one's own", w.me() + "/data", nil, 200},
		{"addresses", w.server.keyPath(memberID) + "/addresses?saved", nil, 200},
		{"address with a fault", w.server.keyPath(memberID) + "/addresses", url.Values{"sms": {"0470"}}, 422},
		{"received", w.server.keyPath(memberID) + "/received", nil, 200},
		{"own data", w.server.keyPath(memberID) + "/data", nil, 200},
		{"erase", w.server.keyPath(memberID) + "/erase", nil, 200},
		{"erase without saying so", w.server.keyPath(memberID) + "/erase", url.Values{}, 422},
		{"leave one", w.me() + "/leave?partnership=tilleuls", nil, 200},
		{"leave", w.link(subscribers.CanLeave, letterID), nil, 200},
		{"left", w.link(subscribers.CanLeave, letterID), url.Values{}, 200},
		{"when to write", w.link(subscribers.CanLeave, letterID) + "/rest?saved=", nil, 200},
		{"when to write with faults", w.link(subscribers.CanLeave, letterID) + "/rest", url.Values{"from": {"21:00"}, "last": {"2020-01-01"}}, 422},
		{"what is owed", "/cases?zone=demo", nil, 200},
		{"incident seen by nobody", "/incidents/" + incidentID.String() + "/ack?zone=demo", url.Values{}, 422},
		{"incident id malformed", "/incidents/seven/ack", url.Values{}, 404},
		{"given up", "/dead?replayed=2", nil, 200},
		{"given up, with nothing found", "/dead?stage=plan", nil, 200},
		{"given up, with a bad number", "/dead?message=seven", nil, 422},
		{"given up, before a replay of all", "/dead?reason=expires&ask=1", nil, 200},
		{"given up, after others came", "/dead/replay", url.Values{"n": {"7"}}, 409},
		{"zone", "/zone?zone=demo", nil, 200},
		{"partnership", "/zone/tilleuls", nil, 200},
		{"partnership unknown", "/zone/nowhere", nil, 404},
		{"partnership with a bad step", "/zone/lindendorp/stage", url.Values{"from": {"launched"}, "to": {"launched"}}, 422},
		{"figures", "/figures?zone=demo&period=2026", nil, 200},
		{"figures of few messages", "/zone/lindendorp/figures?period=2026-Q4", nil, 200},
		{"plan", "/zone/tilleuls/plan", nil, 200},
		{"plan of before", "/zone/tilleuls/plan?version=1", nil, 200},
		{"plan with faults", "/zone/tilleuls/plan", url.Values{"action": {"save"}, "plan": {"rules:\n  - when: sometimes\n"}}, 422},
		{"plan tried out", "/zone/tilleuls/plan", url.Values{"action": {"check"}, "plan": {aPlan}}, 200},
		{"texts of the zone", "/templates?zone=demo", nil, 200},
		{"new text", "/templates/new?kind=hazard&zone=demo", nil, 200},
		{"new text with faults", "/templates", url.Values{"id": {textID.String()}, "zone": {"demo"}, "kind": {"hazard"}, "title.fr": {"Fuite"}}, 422},
		{"text of the zone", "/templates/" + textID.String(), nil, 200},
		{"text unknown", "/templates/0193596a-0000-7000-8000-0000000000ff", nil, 404},
		{"compose with a text of the zone", "/messages/new?kind=hazard&zone=demo&template=" + textID.String(), nil, 200},
		{"case", "/cases/" + caseID.String(), nil, 200},
		{"case without a name", "/cases/" + caseID.String() + "/close", url.Values{}, 422},
		{"case unknown", "/cases/0193596a-0000-7000-8000-0000000000ff", nil, 404},
		{"case id malformed", "/cases/seven", nil, 404},
		{"numbers to call", "/call", nil, 200},
		{"history", "/messages?zone=demo", nil, 200},
		{"history with nothing found", "/messages?zone=demo&q=nothing", nil, 200},
		{"history with a bad date", "/messages?zone=demo&from=2026-11-30&until=2026-11-01", nil, 422},
		{"signing in", "/signin", nil, 200},
		{"signing in with no address", "/signin", url.Values{"email": {"luc"}}, 422},
		{"a code on its way", "/signin", url.Values{"email": {"luc@police.example"}, "next": {"/cases"}}, 200},
		{"a code that is not right", "/signin/code", url.Values{"email": {"luc@police.example"}, "code": {"1"}}, 422},
		{"led to the provider", "/signin/oidc", url.Values{}, 200},
		{"back from the provider with nothing", "/signin/oidc/back", nil, 403},
		{"invited", w.server.Accounts.(*enrolled).invitation(), nil, 200},
		{"invitation forged", "/signin/invited/AAAA", nil, 403},
		{"account", "/account", nil, 200},
		{"people", "/people?zone=demo", nil, 200},
		{"people with faults", "/people?zone=demo", url.Values{"name": {""}, "email": {"x"}, "post": {"king"}}, 422},
		{"somebody invited without mail", "/people/" + adminID.String() + "/end?zone=demo", url.Values{"post": {"admin"}}, 409},
		{"tokens", "/tokens?zone=demo", nil, 200},
		{"tokens with faults", "/tokens?zone=demo", url.Values{"name": {""}}, 422},
		{"a token just made", "/tokens?zone=demo", url.Values{"name": {"CAD"}, "scope": {"read", "publish"}, "days": {"90"}}, 200},
		{"forged", "/a/AAAA", nil, 403},
		{"nowhere", "/nowhere", nil, 404},
		{"wrong method", "/m/x", url.Values{}, 405},
	}
}

func (p somePage) answer(w *world, lang broker.Lang) *httptest.ResponseRecorder {
	w.cookie = nil
	if strings.HasPrefix(p.path, "/inbox") && !strings.HasPrefix(p.name, "nobody's") {
		w.withCoordinator() // the others are for whoever sits at an open installation
	}
	path := p.path + mark(p.path) + "lang=" + string(lang)
	w.tokens = slices.DeleteFunc(w.tokens, func(one subscribers.Token) bool { return one.Name == "CAD" }) // made in each language
	if p.path == "/account" {                                                                             // it is about who has signed in
		w.signInAs("Claire Lambert", subscribers.Post{Role: subscribers.PostOfficer, Zone: "demo"}, subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "tilleuls"})
		phone := w.devices[len(w.devices)-1]
		phone.ID, phone.Device, phone.Since, phone.Seen = uuid.New(), "Safari, iPhone", w.now.Add(-50*time.Hour), w.now.Add(-20*time.Hour)
		w.devices = append(w.devices, phone)
		me := phone.Account
		w.passkeys = []subscribers.Passkey{{ID: uuid.New(), Account: me, Name: "Firefox, Windows", Record: "{}", Made: w.now, Used: w.now}, {ID: uuid.New(), Account: me, Name: "Chrome, Android", Record: "{}", Made: w.now, Doubted: w.now}}
		defer func() { w.cookie = nil }()
	}
	if p.form != nil {
		return w.post(path, p.form)
	}
	return w.get(path)
}

// everyPageWorld is a world in which every page has something to show.
func everyPageWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	provider := newIDP(t, func() time.Time { return w.now })
	w.options.OIDC = OIDC{Issuer: provider.URL, ClientID: "relais", Zone: "demo", Name: "Police login"}
	w.options.OutboxURL, w.options.PublicURL = "/outbox", ourOrigin
	w.kept = []subscribers.Template{gasText(w.now)}
	w.withToken("Screen at the station", subscribers.ScopeRead, subscribers.ScopeFollow)
	w.withToken("Old dispatch", subscribers.ScopePublish)
	w.tokens[1].Revoked, w.tokens[1].RevokedBy = w.now, "Luc Thys"
	w.launch()
	w.addressed()
	w.restart()
	w.enroll()
	w.applied = w.applyOnce()
	w.invitations = []subscribers.Invitation{subscribers.NewInvitation("tilleuls", coordinatorID, w.now), subscribers.NewInvitation("tilleuls", coordinatorID, w.now.AddDate(0, -2, 0)), subscribers.NewInvitation("tilleuls", coordinatorID, w.now)}
	w.invitations[0].Used, w.invitations[2].Revoked, w.noMoreInvitations = 2, w.now, true
	post := subscribers.Post{Role: subscribers.PostDeputy, Zone: "demo", Partnership: "tilleuls"}
	w.postMoves = []subscribers.PostMove{{Post: post, Name: "Bart", At: w.now}, {Post: post, Given: true, ByName: "CP Maes", At: w.now},
		{Post: post, Name: "Bart", Changed: subscribers.AwayChanged, Token: "CAD", At: w.now}, {Post: post, Changed: subscribers.RestChanged, Token: "CAD", At: w.now},
		{Post: subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"}, Name: "Anne Dumont", Given: true, Terminal: true, At: w.now}}
	once := subscribers.NewApplicationID()
	w.applications[once] = subscribers.Application{
		ID: once, Partnership: "tilleuls", Name: copiedTwice().Get("name"), Signed: subscribers.DateOf(w.now), Expires: w.now.Add(subscribers.PaperValidity), Contacts: make([]subscribers.Applied, 1),
	}
	return w
}

// Every page, in every language: the status, the language, the head, no
// placeholder left open, and HTML that a strict reader takes.
func TestPages(t *testing.T) {
	w := everyPageWorld(t)
	for _, page := range everyPage(w) {
		for _, lang := range broker.Langs() {
			name := page.name + " in " + string(lang)
			answer := page.answer(w, lang)
			if answer.Code != page.status {
				t.Errorf("%s: got status %d, want %d", name, answer.Code, page.status)
			}
			body := answer.Body.String()
			if !strings.Contains(body, `<html lang="`+string(lang)+`">`) {
				t.Errorf("%s: the page does not say its language", name)
			}
			if open := regexp.MustCompile(`\{[a-z]+\}|\[[a-z]+\.[a-zA-Z.-]+\]|%!|ZgotmplZ`).FindString(body); open != "" {
				t.Errorf("%s: %q was not filled in", name, open)
			}
			wellFormed(t, name, answer)
		}
	}
}

// A new template needs its line in everyPage.
func TestNoPageIsForgotten(t *testing.T) {
	w := everyPageWorld(t)
	shown := make(map[string]bool)
	for _, page := range everyPage(w) {
		found := regexp.MustCompile(`<body[^>]* data-page="([a-z_]+)"`).FindStringSubmatch(page.answer(w, broker.English).Body.String())
		if found != nil {
			shown[found[1]] = true
		}
	}
	all, err := listPages()
	if err != nil {
		t.Fatal(err)
	}
	for name, parse := range all {
		if _, err := parse(); err != nil {
			t.Errorf("page %s: %v", name, err)
		}
		if !shown[name] {
			t.Errorf("templates/page_%s.html is on no page of everyPage", name)
		}
	}
}

func mark(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}

func TestHeadersOfEveryPage(t *testing.T) {
	w := newWorld(t)
	for path, referrer := range map[string]string{
		"/":                                   "same-origin",
		"/approvals/x":                        "same-origin",
		"/cases/x":                            "same-origin",
		"/inbox":                              "same-origin",
		"/signin":                             "same-origin",
		w.link(subscribers.CanDecide, askID):  "no-referrer",
		w.link(subscribers.CanOpen, letterID): "no-referrer",
		"/u/forged":                           "no-referrer",
		"/nowhere":                            "no-referrer",
		"/api/messages":                       "no-referrer",
	} {
		h := w.get(path).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": contentPolicy,
			"X-Content-Type-Options":  "nosniff",
			"Cache-Control":           "no-store",
			"Referrer-Policy":         referrer,
			"X-Robots-Tag":            "noindex, nofollow",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s: got %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestStaticFiles(t *testing.T) {
	w := newWorld(t)
	page := w.get("/").Body.String()
	for _, name := range []string{"relais.css", "live.js", "relais.svg"} {
		link := regexp.MustCompile(`/static/` + regexp.QuoteMeta(name) + `\?v=[0-9a-f]{8}`).FindString(page)
		if link == "" {
			t.Errorf("the desk does not link %s with its hash", name)
			continue
		}
		answer := w.get(link)
		if answer.Code != 200 || !strings.Contains(answer.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: got %d, Cache-Control %q", link, answer.Code, answer.Header().Get("Cache-Control"))
		}
	}
	if got := w.get("/static/").Code; got != 404 {
		t.Errorf("the folder itself: got %d, want 404", got)
	}
}

// No rule of the stylesheet stands within another: browsers take such a rule as
// nested, and what follows then applies to nothing. Only @media holds rules.
func TestStylesheetIsFlat(t *testing.T) {
	css := newWorld(t).get("/static/relais.css").Body.String()
	var open []string // what each open brace belongs to
	for n, line := range strings.Split(css, "\n") {
		for start, c := range line {
			switch {
			case c == '{' && len(open) > 0 && !strings.HasPrefix(open[len(open)-1], "@"):
				t.Fatalf("line %d is within the rule of %s", n+1, open[len(open)-1])
			case c == '{':
				open = append(open, strings.TrimSpace(line[:start]))
			case c == '}' && len(open) == 0:
				t.Fatalf("line %d closes what is not open", n+1)
			case c == '}':
				open = open[:len(open)-1]
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("still open at the end: %q", open)
	}
}

// The text of a message is data, wherever it is shown.
func TestTextsAreEscaped(t *testing.T) {
	w := newWorld(t)
	m := w.messages[alertID]
	m.Texts = map[broker.Lang]broker.Text{broker.French: {Title: `<script>alert(1)</script>`, Body: `"><img src=x onerror=alert(2)>`}}
	m.Author = `<b>Insp.</b>`
	w.messages[alertID] = m
	for _, path := range []string{"/", "/messages/" + alertID.String(), w.link(subscribers.CanDecide, askID), w.link(subscribers.CanOpen, letterID)} {
		body := w.get(path).Body.String()
		for _, bad := range []string{"<script>alert", "<img src=x", "<b>Insp."} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
		if !strings.Contains(body, "&lt;script&gt;") {
			t.Errorf("%s does not show the title", path)
		}
	}
}
