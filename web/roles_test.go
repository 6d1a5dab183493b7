package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Things of another zone.
var (
	foreignMessageID  = broker.MessageID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f00a")}
	foreignCaseID     = subscribers.CaseID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f00c")}
	foreignIncidentID = subscribers.IncidentID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f0e1")}
	foreignTextID     = subscribers.TemplateID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f07e")}
	foreignMemberID   = subscribers.MemberID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f002")}
)

// withElsewhere adds a second zone, and closes the world to who has not signed in.
func (w *world) withElsewhere() {
	w.zones = append(w.zones, "elsewhere")
	w.partnerships = append(w.partnerships, subscribers.Partnership{ID: "canal", Zone: "elsewhere", Name: "PLP du Canal", Languages: []broker.Lang{broker.French}, PlanVersion: 1})
	w.plans["canal"] = w.plans["tilleuls"]
	m := w.alert()
	m.ID, m.Zone = foreignMessageID, "elsewhere"
	w.messages[m.ID] = m
	w.statuses[m.ID] = subscribers.Status{Message: m.ID, Revision: 1, Kind: m.Kind, Urgency: m.Urgency, Received: m.Sent, Expires: m.Expires}
	w.open(m.ID, "canal", urgentRule())
	w.kept = append(w.kept, subscribers.Template{ID: foreignTextID, Zone: "elsewhere", Kind: broker.Info, Name: "Réunion"})
	w.members[foreignMemberID] = subscribers.Member{ID: foreignMemberID, Name: "Paul", Lang: broker.French}
	w.options.Open, w.options.APIToken = false, channels.NewSecret("s3cret")
	w.accounts = make(map[subscribers.MemberID]subscribers.Account)
	w.restart()
}

// Account implements Accounts.
func (w *world) Account(_ context.Context, id subscribers.MemberID) (subscribers.Account, error) {
	return found(w.accounts, id)
}

// The world alone lets nobody in by a code or a link; enrolled does.

func (w *world) AccountsAt(context.Context, channels.Address) ([]subscribers.Account, error) {
	return nil, nil
}

func (w *world) UseCode(context.Context, channels.AddressHash, func([]subscribers.Pass) (subscribers.Pass, error), time.Time) (subscribers.Pass, error) {
	return subscribers.Pass{}, &subscribers.PassError{Why: subscribers.PassWrong}
}

func (w *world) AddLink(context.Context, subscribers.Pass, time.Time) error { return nil }

// Holders lists the approvers of tilleuls, and an administrator and an officer of the zone.
func (w *world) Holders(_ context.Context, zone broker.ZoneID, _ []broker.PartnershipID) ([]subscribers.Holder, error) {
	if zone != "demo" {
		return nil, nil
	}
	return w.holders, nil
}

func (w *world) Appoint(_ context.Context, post subscribers.Post, who subscribers.Member, _ subscribers.Consent) (subscribers.Account, error) {
	if who.Name == "Dora Petit" {
		return subscribers.Account{}, subscribers.ErrHasLeft
	}
	a := subscribers.Account{ID: subscribers.NewMemberID(), Name: who.Name, Lang: who.Lang, Posts: []subscribers.Post{post}}
	w.holders = append(w.holders, subscribers.Holder{ID: a.ID, Name: a.Name, Lang: a.Lang, Post: post, Mail: true})
	return a, nil
}

func (w *world) NotePost(_ context.Context, m subscribers.PostMove) error {
	w.postMoves = append([]subscribers.PostMove{m}, w.postMoves...)
	return nil
}

func (w *world) PostMoves(_ context.Context, _ broker.ZoneID, p broker.PartnershipID, _ int) (found []subscribers.PostMove, err error) {
	for _, m := range w.postMoves {
		if m.Post.Partnership == p {
			found = append(found, m)
		}
	}
	return found, nil
}

func (w *world) EndPost(_ context.Context, id subscribers.MemberID, post subscribers.Post, _ time.Time) error {
	w.holders = slices.DeleteFunc(w.holders, func(h subscribers.Holder) bool { return h.ID == id && h.Post == post })
	return nil
}

// signInAs gives the browser the session of somebody with these posts.
func (w *world) signInAs(name string, posts ...subscribers.Post) subscribers.Account {
	w.t.Helper()
	return w.signInAsMember(subscribers.NewMemberID(), name, posts...)
}

// signInAsMember does so for somebody whom the world knows.
func (w *world) signInAsMember(id subscribers.MemberID, name string, posts ...subscribers.Post) subscribers.Account {
	w.t.Helper()
	a := subscribers.Account{ID: id, Name: name, Lang: broker.French, Posts: posts}
	if w.accounts == nil {
		w.accounts = make(map[subscribers.MemberID]subscribers.Account)
	}
	w.accounts[a.ID] = a
	ctx, err := w.server.sessions.Load(context.Background(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	one := subscribers.SignIn{ID: uuid.Must(uuid.NewV7()), Account: a.ID, Device: "Firefox, Windows", Since: w.now, Seen: w.now, Expires: w.now.Add(sessionLasts)}
	w.devices = append(w.devices, one)
	w.server.sessions.Put(ctx, sessionSignIn, one.ID.String())
	token, _, err := w.server.sessions.Commit(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	w.cookie = &http.Cookie{Name: w.server.sessions.Cookie.Name, Value: token}
	return a
}

// touch is one request to a route: what it sends, about a thing at home or elsewhere.
func (w *world) touch(pattern string, away bool) request {
	method, path, _ := strings.Cut(pattern, " ")
	message, approval, partnership, zone := alertID, w.approvalID(), "tilleuls", "demo"
	caseOf, incident, member, text := caseID, incidentID, memberID, textID
	if away {
		message, approval, partnership, zone = foreignMessageID, subscribers.ApprovalIDFor(foreignMessageID, 1, "canal"), "canal", "elsewhere"
		caseOf, incident, member, text = foreignCaseID, foreignIncidentID, foreignMemberID, foreignTextID
	}
	id := map[string]string{
		"messages": message.String(), "approvals": approval.String(), "cases": caseOf.String(), "incidents": incident.String(),
		"partnerships": partnership, "members": member.String(), "people": deputyID.String(), "dead": deadID.String(), "templates": text.String(), "tokens": tokenID.String(), "zone": partnership,
	}
	for thing, name := range id {
		path = strings.Replace(path, thing+"/{id}", thing+"/"+name, 1)
	}
	path = strings.NewReplacer("{$}", "", "devices/{id}", "devices/"+tokenID.String(), "passkeys/{id}", "passkeys/"+tokenID.String(), "{partnership}", partnership, "{date}", w.flash.Date.String(), "{token}", "forged",
		"{channel}", "sms", "/{rest...}", "/status").Replace(path)
	q := request{method: method, path: path, host: "relais.example", header: map[string]string{}}
	switch {
	case method == http.MethodGet && !strings.Contains(pattern, "{"), pattern == "GET /{$}":
		q.path += "?kind=alert&zone=" + zone
	case strings.HasPrefix(pattern, "POST /messages"):
		q.form = goodForm()
		q.form.Set("zone", zone)
	case strings.HasPrefix(pattern, "POST /zone/"):
		q.form = url.Values{"from": {"launched"}, "to": {"suspended"}, "by": {"CP Maes"}, "why": {"Déménagement"}, "plan": {"rules: []"}}
	case pattern == "POST /templates":
		q.form = textForm()
		q.form.Set("zone", zone)
	case strings.HasPrefix(pattern, "POST /api/messages"):
		q.body = fmt.Sprintf(`{"zone": %q, "author": "Insp. Dubois", "kind": "info", "expires": %q, "texts": {"fr": {"title": "Réunion", "body": "Mardi."}}}`, zone, w.now.Add(time.Hour).Format(time.RFC3339))
	case strings.HasPrefix(pattern, "POST /tokens"):
		q.path, q.form = q.path+"?zone="+zone, url.Values{"name": {"CAD"}, "scope": {"read"}, "days": {"90"}}
	case strings.HasPrefix(pattern, "POST /people"):
		q.path, q.form = q.path+"?zone="+zone, url.Values{"name": {"Eva"}, "email": {"eva@police.example"}, "post": {"officer"}}
		if strings.Contains(pattern, "{") {
			q.form.Set("post", "committee/tilleuls")
		}
	case strings.HasSuffix(pattern, "/absences"):
		q.body = fmt.Sprintf(`{"member": %q, "absences": []}`, coordinatorID)
	case strings.HasPrefix(path, "/api/"):
		q.body = `{"by": "Somebody"}`
	}
	return q
}

// outcomeOf is what became of a request, in one word.
func outcomeOf(code int, location string) string {
	switch {
	case code == http.StatusUnauthorized, code == http.StatusSeeOther && strings.HasPrefix(location, "/signin"):
		return "sign-in"
	case code == http.StatusForbidden, code == http.StatusSeeOther && (location == "/" || location == "/inbox"): // led to their own door
		return "refused"
	case code >= 500, code == http.StatusMethodNotAllowed, code == http.StatusRequestEntityTooLarge:
		return fmt.Sprint("broken: ", code)
	}
	return "allowed"
}

// visitors is every kind of person who may come.
func visitors() []struct {
	name  string
	posts []subscribers.Post
} {
	return []struct {
		name  string
		posts []subscribers.Post
	}{
		{"admin", []subscribers.Post{{Role: subscribers.PostAdmin, Zone: "demo"}}},
		{"mandated", []subscribers.Post{{Role: subscribers.PostMandated, Zone: "demo"}}},
		{"officer", []subscribers.Post{{Role: subscribers.PostOfficer, Zone: "demo"}}},
		{"coordinator", []subscribers.Post{{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "tilleuls"}}},
		{"deputy", []subscribers.Post{{Role: subscribers.PostDeputy, Zone: "demo", Partnership: "tilleuls"}}},
		{"committee", []subscribers.Post{{Role: subscribers.PostCommittee, Zone: "demo", Partnership: "tilleuls"}}},
		{"neighbour", []subscribers.Post{{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "lindendorp"}}},
		{"member", []subscribers.Post{{Role: subscribers.PostMember, Zone: "demo", Partnership: "tilleuls"}}},
	}
}

// Every route is walked by every role, about a thing of their own zone (and of
// the partnership tilleuls) and about one elsewhere. testdata/roles.txt says who
// gets in where; a route that is new shows up there, and in a review.
func TestRolesOnEveryRoute(t *testing.T) {
	var got strings.Builder
	for _, row := range newWorld(t).server.table() {
		fmt.Fprintf(&got, "%s\n", row.pattern)
		if row.door == doorSignIn {
			fmt.Fprintf(&got, "\tsign-in: whoever comes\n")
			continue
		}
		if row.door == doorOpen {
			if row.right != "" || row.about != nil {
				t.Errorf("%s is open and asks for a right", row.pattern)
			}
			fmt.Fprintf(&got, "\topen: the link, the signature or nothing is the right\n")
			continue
		}
		if row.about == nil && row.right != "" || row.about != nil && row.right == "" {
			t.Errorf("%s lacks its right, or what it is about", row.pattern)
		}
		w := newWorld(t)
		w.withElsewhere()
		w.withBrowsers()
		w.tokens = []subscribers.Token{{ID: tokenID, Zone: "demo", Name: "Screen", Expires: w.now.Add(time.Hour)}}
		fmt.Fprintf(&got, "\tsigned out: %s\n", w.walked(row, false))
		allowed := map[bool][]string{}
		for _, who := range visitors() {
			for _, away := range []bool{false, true} {
				w.signInAs("Somebody", who.posts...)
				switch result := w.walked(row, away); result {
				case "allowed":
					allowed[away] = append(allowed[away], who.name)
				case "refused", "sign-in":
					if (result == "sign-in") != (who.name == "member") {
						t.Errorf("%s, %s, elsewhere %v: got %s", row.pattern, who.name, away, result)
					}
				default:
					t.Errorf("%s, %s, elsewhere %v: %s", row.pattern, who.name, away, result)
				}
			}
		}
		fmt.Fprintf(&got, "\tat home:    %s\n\telsewhere:  %s\n", strings.Join(allowed[false], " "), strings.Join(allowed[true], " "))
	}
	compareGolden(t, "testdata/roles.txt", got.String())
}

// Every route for programs is walked by a token of each scope, at home and
// elsewhere; those that no token opens answer so, as RFC 6750 has it.
func TestScopesOnEveryRoute(t *testing.T) {
	var got strings.Builder
	for _, row := range newWorld(t).server.apiTable() {
		if row.scope != peopleOnly && !row.scope.Grants(row.right) {
			t.Errorf("%s: the scope %s does not grant %s", row.pattern, row.scope, row.right)
		}
		w := newWorld(t)
		w.withElsewhere()
		allowed := map[bool][]string{}
		for _, scope := range subscribers.TokenScopes() {
			secret := w.withToken("CAD "+string(scope), scope)
			for _, away := range []bool{false, true} {
				if w.walkedByToken(t, row, secret, away) {
					allowed[away] = append(allowed[away], string(scope))
				}
			}
		}
		fmt.Fprintf(&got, "%s\n\tat home:    %s\n\telsewhere:  %s\n", row.pattern, strings.Join(allowed[false], " "), strings.Join(allowed[true], " "))
	}
	compareGolden(t, "testdata/scopes.txt", got.String())
}

// walkedByToken says whether a token opens a route.
func (w *world) walkedByToken(t *testing.T, row apiRoute, secret string, away bool) bool {
	t.Helper()
	q := w.touch(row.pattern, away)
	q.header["Authorization"] = "Bearer " + secret
	answer := w.do(q)
	switch result, asks := outcomeOf(answer.Code, ""), answer.Header().Get("WWW-Authenticate"); {
	case result == "refused" && strings.Contains(asks, `error="insufficient_scope"`):
		if named := strings.Contains(asks, `, scope="`); named && !strings.Contains(asks, `scope="`+string(row.scope)+`"`) {
			t.Errorf("%s: asks for %s", row.pattern, asks)
		}
		return false
	case result == "allowed" && (away || answer.Code != http.StatusNotFound):
		return true
	default:
		t.Errorf("%s, elsewhere %v: got %d, %s: %s", row.pattern, away, answer.Code, asks, answer.Body)
		return false
	}
}

// walked makes one request, and says in a word what became of it.
func (w *world) walked(row route, away bool) string {
	answer := w.do(w.touch(row.pattern, away))
	if !away && answer.Code == http.StatusNotFound {
		return "broken: 404" // the walk does not touch what it should
	}
	return outcomeOf(answer.Code, answer.Header().Get("Location"))
}

// compareGolden compares with a file, and writes it when RELAIS_UPDATE is set.
func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("RELAIS_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s says otherwise (-want +got); RELAIS_UPDATE=1 writes it anew:\n%s", file, diff)
	}
}

// A route that no row names cannot be registered.
func TestRoutesComeFromTheTable(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file == "roles.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`\.Handle(Func)?\(|http\.NewServeMux\(\).*\n.*Handle`).Match(data) {
			t.Errorf("%s registers a route; write it into a table of roles.go", file)
		}
		if file != "caller.go" && regexp.MustCompile(`\bs\.Zones\(`).Match(data) {
			t.Errorf("%s lists every zone; ask myZones for the caller's", file)
		}
	}
}

// Lists hold what the caller may see and nothing else: an empty ?zone= once
// meant every zone.
func TestListsKeepToTheCaller(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	foreign := subscribers.ApprovalIDFor(foreignMessageID, 1, "canal").String()
	linden := subscribers.ApprovalIDFor(tipID, 1, "lindendorp").String()
	for _, test := range []struct {
		who       subscribers.Post
		path      string
		has, lack []string
	}{
		{subscribers.Post{Role: subscribers.PostOfficer, Zone: "demo"}, "/api/messages", []string{alertID.String()}, []string{foreignMessageID.String()}},
		{subscribers.Post{Role: subscribers.PostOfficer, Zone: "elsewhere"}, "/api/messages", []string{foreignMessageID.String()}, []string{alertID.String()}},
		{subscribers.Post{Role: subscribers.PostOfficer, Zone: "demo"}, "/api/approvals", []string{w.approvalID().String(), linden}, []string{foreign}},
		{subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "tilleuls"}, "/api/approvals", []string{w.approvalID().String()}, []string{linden, foreign}},
		{subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "tilleuls"}, "/api/approvals?zone=demo", []string{w.approvalID().String()}, []string{linden}},
		{subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "lindendorp"}, "/api/budget", []string{"lindendorp"}, []string{"tilleuls"}},
		{subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "lindendorp"}, "/api/digests", []string{`"digests":[]`}, nil},
		{subscribers.Post{Role: subscribers.PostOfficer, Zone: "elsewhere"}, "/api/officers", []string{`"officers":[]`}, nil},
		{subscribers.Post{Role: subscribers.PostOfficer, Zone: "demo"}, "/", []string{"Cambriolage"}, []string{foreignMessageID.String(), "elsewhere", "expires is missing"}},
		{subscribers.Post{Role: subscribers.PostOfficer, Zone: "elsewhere"}, "/", []string{foreignMessageID.String()}, []string{alertID.String(), "demo"}},
	} {
		w.signInAs("Somebody", test.who)
		answer := w.get(test.path)
		for _, text := range test.has {
			if !strings.Contains(answer.Body.String(), text) {
				t.Errorf("%v, %s (%d): lacks %q", test.who, test.path, answer.Code, text)
			}
		}
		for _, text := range test.lack {
			if strings.Contains(answer.Body.String(), text) {
				t.Errorf("%v, %s: holds %q", test.who, test.path, text)
			}
		}
	}
}

// What the whole installation failed at is for who looks after all of its zones.
func TestDeadLettersAreForWhoLooksAfterEverything(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	here, there := subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"}, subscribers.Post{Role: subscribers.PostAdmin, Zone: "elsewhere"}
	w.signInAs("Of one", here)
	if got := w.get("/api/dead").Code; got != http.StatusForbidden {
		t.Errorf("the admin of one zone: got %d, want 403", got)
	}
	w.signInAs("Of both", here, there)
	if got := w.get("/api/dead").Code; got != http.StatusOK {
		t.Errorf("the admin of both: got %d, want 200", got)
	}
	if !strings.Contains(w.get("/").Body.String(), "expires is missing") {
		t.Error("their desk does not show it")
	}
}

// A message is not answered, corrected or shown from another zone.
func TestReferencesStayInTheZone(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.signInAs(author, subscribers.Post{Role: subscribers.PostOfficer, Zone: "elsewhere"})
	form := goodForm()
	form.Set("zone", "elsewhere")
	form.Set("ref", alertID.String())
	form.Set("kind", "closing")
	body := fmt.Sprintf(`{"zone": "elsewhere", "author": "x", "kind": "closing", "references": [%q], "expires": %q, "texts": {"fr": {"title": "Fin", "body": "Fin."}}}`, alertID, w.now.Add(time.Hour).Format(time.RFC3339))
	for name, code := range map[string]int{
		"form":    w.get("/messages/new?kind=closing&type=update&zone=elsewhere&ref=" + alertID.String()).Code,
		"publish": w.post("/messages", form).Code,
		"api":     w.do(request{method: http.MethodPost, path: "/api/messages", body: body}).Code,
	} {
		if code != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", name, code)
		}
	}
	if len(w.published) > 0 {
		t.Error("it was published")
	}
}

// Who has signed in does things in their own name, whatever a form says.
func TestSignedInPeopleAreThemselves(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	officer := w.signInAs("Insp. Leroy", subscribers.Post{Role: subscribers.PostOfficer, Zone: "demo"})
	if body := w.get("/messages/new?kind=alert&lang=fr").Body.String(); !strings.Contains(body, "Au nom de Insp. Leroy") || strings.Contains(body, `name="author"`) {
		t.Error("the form asks for a name")
	}
	if answer := w.post("/messages", goodForm()); answer.Code != http.StatusSeeOther {
		t.Errorf("publish: got %d", answer.Code)
	}
	if len(w.published) != 1 || w.published[0].Author != "Insp. Leroy" || w.published[0].AuthorID != officer.ID.UUID {
		t.Fatalf("published in the name of %+v", w.published)
	}
	coordinator := w.signInAs("Claire Lambert", subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "tilleuls"})
	w.do(request{method: http.MethodPost, path: "/api/approvals/" + w.approvalID().String() + "/approve", body: `{"by": "Somebody else"}`})
	if len(w.decisions) != 1 || w.decisions[0].By != "Claire Lambert" || w.decisions[0].Member != coordinator.ID || w.decisions[0].Account != coordinator.ID {
		t.Errorf("decided as %+v", w.decisions)
	}
}

// Who loses their posts is out with the next request.
func TestSessionsEndWithThePosts(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	a := w.signInAs("Insp. Leroy", subscribers.Post{Role: subscribers.PostOfficer, Zone: "demo"})
	if got := w.get("/").Code; got != http.StatusOK {
		t.Fatalf("on duty: got %d", got)
	}
	a.Posts = nil
	w.accounts[a.ID] = a
	if got := outcomeOf(w.get("/").Code, w.get("/").Header().Get("Location")); got != "sign-in" {
		t.Errorf("off duty: %s", got)
	}
	w.cookie = &http.Cookie{Name: w.cookie.Name, Value: "made-up"}
	if got := outcomeOf(w.get("/").Code, w.get("/").Header().Get("Location")); got != "sign-in" {
		t.Errorf("a made up session: %s", got)
	}
}
