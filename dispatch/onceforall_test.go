package dispatch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// titles are those of the service messages that were sent, in order.
func (w *world) titles(words string) []string {
	var titles []string
	for _, d := range w.provider.sent {
		if d.Content.Purpose == channels.Service && strings.Contains(d.Content.Title, words) {
			titles = append(titles, d.Content.Title)
		}
	}
	return titles
}

// An alert to a zone at night: where nobody answers in three partnerships, the
// officer is told once that it may be sent, and again only of one whose time
// comes later.
func TestOneLetterTellsOfAllWhoDoNotAnswer(t *testing.T) {
	w := street(t, 1)
	for n, p := range []broker.PartnershipID{"north", "south", "east"} {
		w.partnership(p, streetPlan)
		w.people(p, 20+10*n, 28+10*n)
	}
	m := w.publish(broker.Message{Kind: broker.Alert})
	w.pass(2*time.Minute, time.Minute)
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalQuestioned, By: "Person 0", Why: "Quelle rue ?"}))
	w.pass(20*time.Minute, time.Minute)
	if got := w.titles("Personne n'a"); len(got) != 1 || !strings.Contains(got[0], " et 2 autres partenariats)") {
		t.Errorf("after 22 minutes: got %q, want one about three partnerships", got)
	}
	w.must(w.say(m, subscribers.Decision{To: subscribers.ApprovalPending, By: "Insp. Delvaux", Why: "Rue Haute"}))
	w.pass(20*time.Minute, time.Minute)
	if got := w.titles("Personne n'a"); len(got) != 2 || got[1] != "Personne n'a répondu (PLP home)" {
		t.Errorf("in the end: got %q", got)
	}
}

// Three partnerships that got the same alert wait for the same word: its author is
// reminded once, and so are the mandated officers the day after.
func TestOneReminderTellsOfAllWhoWaitForWord(t *testing.T) {
	w := owing(t, 1)
	for n, p := range []broker.PartnershipID{"north", "south"} {
		w.partnership(p, owingPlan)
		w.people(p, 20+10*n, 28+10*n)
	}
	alert := w.publish(broker.Message{Kind: broker.Alert}) // Monday 15:00 in Brussels
	w.approve(alert, "home")
	w.pass(10*time.Minute, 10*time.Minute)
	w.approve(alert, "north")
	w.approve(alert, "south")
	w.pass(48*time.Hour+time.Hour, 10*time.Minute)
	w.wrote("Un retour est attendu", "delvaux@police.example", "maes@police.example")
	if got := w.titles("Un retour est attendu")[0]; got != "Un retour est attendu (PLP home et 2 autres partenariats)" {
		t.Errorf("the author reads %q", got)
	}
	for _, c := range w.openCases() {
		if c.Step != subscribers.MandatedReminded || !c.NextAt.IsZero() {
			t.Errorf("case of %s stands at step %d, next at %s", c.Partnership, c.Step, c.NextAt)
		}
	}
	w.pass(7*24*time.Hour, 30*time.Minute)
	if got := w.titles("en retard"); !slices.Equal(got, []string{"3 retours en retard"}) {
		t.Errorf("the summary says %q", got)
	}
}
