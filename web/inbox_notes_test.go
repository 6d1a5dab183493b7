package web

import (
	"net/http"
	"strings"
	"testing"

	"relais/subscribers"
)

// Who decides in a partnership learns what went wrong there and what the police
// still owe it, and nothing of the partnership next door (PLP.md, rule 6).
func TestInboxTellsWhatHappened(t *testing.T) {
	for partnership, has := range map[string]bool{"tilleuls": true, "lindendorp": false} {
		w := newWorld(t)
		w.withElsewhere()
		w.signInAsMember(coordinatorID, "Claire Lambert", subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: w.partnerships[0].ID})
		if !has {
			w.signInAs("Piet", subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: w.partnerships[1].ID})
		}
		body := w.get("/inbox?lang=en").Body.String()
		for _, want := range []string{"What went wrong", "What the police still owe you", "The police have been reminded"} {
			if want != "What the police still owe you" && strings.Contains(body, want) != has {
				t.Errorf("%s: the inbox has %q: %v", partnership, want, !has)
			}
		}
		if !strings.Contains(body, "What the police still owe you") {
			t.Errorf("%s: the inbox does not say what is owed", partnership)
		}
		if strings.Contains(body, "/ack") {
			t.Errorf("%s: the inbox lets an incident be acknowledged", partnership)
		}
	}
}

// Each comes to their own door, and who has neither is refused.
func TestEverybodyIsLedHome(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	for _, c := range []struct {
		role subscribers.PostRole
		path string
		want string
	}{
		{subscribers.PostCoordinator, "/", "/inbox"},
		{subscribers.PostCommittee, "/?lang=nl", "/inbox?lang=nl"},
		{subscribers.PostOfficer, "/inbox", "/"},
		{subscribers.PostAdmin, "/inbox?lang=de", "/?lang=de"},
		{subscribers.PostCoordinator, "/messages", ""},
		{subscribers.PostOfficer, "/inbox/partnerships/tilleuls/members", ""},
	} {
		post := subscribers.Post{Role: c.role, Zone: "demo"}
		if !post.Role.May(subscribers.ReadMessages) {
			post.Partnership = "tilleuls"
		}
		w.signInAs("Somebody", post)
		answer := w.get(c.path)
		if got := answer.Header().Get("Location"); got != c.want || (c.want == "") != (answer.Code == http.StatusForbidden) {
			t.Errorf("%s at %s: %d, led to %q, want %q", c.role, c.path, answer.Code, got, c.want)
		}
	}
}

// The inbox of nobody leads to where one says who one is, and back.
func TestNobodysInboxLeadsToSigningIn(t *testing.T) {
	w := newWorld(t)
	if body := w.get("/inbox?lang=en").Body.String(); !strings.Contains(body, `href="/signin?next=%2Finbox&amp;lang=en"`) {
		t.Errorf("no way to sign in:\n%s", body)
	}
}

// An administrator finds the accounts from the zone and from each partnership;
// an officer, who may not look at them, finds no link that refuses them.
func TestAccountsAreFoundFromTheZone(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	for role, want := range map[subscribers.PostRole]bool{subscribers.PostAdmin: true, subscribers.PostOfficer: false} {
		w.signInAs("Somebody", subscribers.Post{Role: role, Zone: "demo"})
		for _, path := range []string{"/?zone=demo", "/zone?zone=demo", "/zone/tilleuls"} {
			if got := strings.Contains(w.get(path).Body.String(), `href="/people?zone=demo"`); got != want {
				t.Errorf("%s at %s: a link to the accounts: %v", role, path, got)
			}
		}
	}
}
