package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relais/subscribers"
)

// What nobody did on a page says who did: whoever runs Relais, or a program by
// its token. A coordinator counts members, and reads no name of one who rests.
func TestPostsOfTerminalsAndPrograms(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	cad := w.withToken("CAD", subscribers.ScopeMembers)
	away := `{"member":"` + deputyID.String() + `","absences":[{"from":"2026-12-01","until":"2026-12-08"}]}`
	if answer := w.bearing(cad, http.MethodPut, "/api/partnerships/tilleuls/absences", away); answer.Code != http.StatusOK {
		t.Fatalf("absences: got %d: %s", answer.Code, answer.Body)
	}
	if answer := w.bearing(cad, http.MethodPut, "/api/members/"+memberID.String()+"/rest", `{"quiet":{"from":"21:00","to":"08:00"}}`); answer.Code != http.StatusOK {
		t.Fatalf("rest: got %d: %s", answer.Code, answer.Body)
	}
	for i := range w.postMoves {
		w.postMoves[i].Name = "Somebody"
	}
	tilleuls := subscribers.Post{Role: subscribers.PostCommittee, Zone: "demo", Partnership: "tilleuls"}
	w.postMoves = append(w.postMoves,
		subscribers.PostMove{Post: tilleuls, Name: "Eva", Given: true, Terminal: true, At: w.now},
		subscribers.PostMove{Post: subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"}, Name: "Luc", Given: true, Terminal: true, At: w.now})
	w.withCoordinator()
	journal := w.get(partnershipPath + "journal?lang=en").Body.String()
	for _, want := range []string{
		"Somebody, Deputy. Absences changed by the program “CAD”.", "the rest of a member (quiet hours or a pause). Changed by the program “CAD”.",
		"Eva, Steering committee. Post given by whoever runs Relais, from the terminal.",
	} {
		if !strings.Contains(journal, want) {
			t.Errorf("the journal lacks %q:\n%s", want, journal)
		}
	}
	w.signInAs("CP Maes", subscribers.Post{Role: subscribers.PostAdmin, Zone: "demo"})
	if people := w.get("/people?zone=demo&lang=en").Body.String(); !strings.Contains(people, "Luc, Administrator. Post given by whoever runs Relais, from the terminal.") || strings.Contains(people, "Eva, Steering committee. Post") {
		t.Errorf("the zone's people:\n%s", people)
	}
}

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
