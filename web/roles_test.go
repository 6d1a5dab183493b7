package web

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"relais/subscribers"
)

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
