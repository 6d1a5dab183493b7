package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relais/subscribers"
)

// Whoever is given a post, or loses it, stands in the partnership's journal with
// who did it; so does it on the zone's page.
func TestPostsStandInTheJournal(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.signInAs("CP Maes", subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"})
	if got := w.post("/people/"+deputyID.String()+"/end?zone=demo", url.Values{"post": {"committee/tilleuls"}}).Code; got != http.StatusOK {
		t.Fatalf("ending a post: got %d", got)
	}
	w.post("/people?zone=demo", url.Values{"name": {"Eva"}, "email": {"eva@example.be"}, "post": {"committee/tilleuls"}})
	if len(w.postMoves) != 2 || !w.postMoves[0].Given || w.postMoves[1].Given || w.postMoves[0].By == (subscribers.MemberID{}) || w.postMoves[0].At != w.now {
		t.Fatalf("noted %+v", w.postMoves)
	}
	w.postMoves[0].Name, w.postMoves[0].ByName = "Eva", "CP Maes"
	zone := w.get("/zone/tilleuls?lang=en").Body.String()
	w.withCoordinator()
	journal := w.get(partnershipPath + "journal?lang=en").Body.String()
	for page, body := range map[string]string{"the zone's page": zone, "the journal": journal} {
		for _, want := range []string{"Eva, Steering committee. Post given by CP Maes.", "somebody whose data have been erased, Steering committee. Post ended by the installation."} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", page, want)
			}
		}
	}
	w.signInAs("Piet", subscribers.Post{Role: subscribers.PostCoordinator, Zone: "demo", Partnership: "lindendorp"})
	if strings.Contains(w.get("/inbox/partnerships/lindendorp/journal?lang=en").Body.String(), "Eva") {
		t.Error("the journal next door tells of it")
	}
}
