package web

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/subscribers"
)

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
