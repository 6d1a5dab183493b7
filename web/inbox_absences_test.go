package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/subscribers"
)

const absencesPath = "/inbox/partnerships/tilleuls/absences"

// The coordinator writes down when they and others are away; a deputy only their own.
func TestAbsencesInTheInbox(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	away := func(who subscribers.MemberID) url.Values {
		return url.Values{"action": {"away"}, "member": {who.String()}, "from": {"2026-12-05"}, "until": {"2026-12-08"}}
	}
	december := func(day int) subscribers.Date {
		return subscribers.Date{Year: 2026, Month: time.December, Day: day}
	}
	span := []subscribers.Span{{From: december(5), Until: december(8)}}
	w.withCoordinator()
	for i, who := range []subscribers.MemberID{coordinatorID, deputyID} {
		if answer := w.post(absencesPath, away(who)); answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != absencesPath+"?month=2026-12" {
			t.Errorf("got %d to %s", answer.Code, answer.Header().Get("Location"))
		}
		if diff := cmp.Diff(span, w.approvers[i].Absences); diff != "" {
			t.Errorf("absences (-want +got):\n%s", diff)
		}
	}
	page := w.get(absencesPath + "?month=2026-12&lang=en").Body.String()
	for _, want := range []string{
		"On these days nobody stands in", "<li>Saturday 5 December</li>", "Claire Lambert: from Saturday 5 December to Tuesday 8 December",
		"Nobody stands in. Away: Claire Lambert, Marc Thiry.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got := w.post(absencesPath, url.Values{"action": {"back"}, "member": {deputyID.String()}, "from": {"2026-12-05"}}).Code; got != http.StatusSeeOther || len(w.approvers[1].Absences) > 0 {
		t.Errorf("back: got %d, %v", got, w.approvers[1].Absences)
	}
	if page := w.get(absencesPath + "?from=2026-12-05&lang=en").Body.String(); !strings.Contains(page, "Away: Claire Lambert. Is asked: Marc Thiry.") {
		t.Error("the page does not say who stands in")
	}
	w.signInAsMember(deputyID, "Marc Thiry", subscribers.Post{Role: subscribers.PostDeputy, Zone: "demo", Partnership: "tilleuls"})
	if got := w.post(absencesPath, away(coordinatorID)).Code; got != http.StatusForbidden {
		t.Errorf("a deputy for the coordinator: got %d", got)
	}
	if got := w.post(absencesPath, away(deputyID)).Code; got != http.StatusSeeOther {
		t.Errorf("a deputy for themselves: got %d", got)
	}
}

// The first tap in the calendar chooses the first day, the next one the last;
// without script, and over the end of a month.
func TestCalendarTakesTwoTaps(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	page := w.get(absencesPath + "?month=2026-12&from=2026-12-30").Body.String()
	for _, want := range []string{
		"from=2026-12-30&amp;month=2026-12&amp;until=2026-12-31", // the second tap
		"from=2026-12-29&amp;month=2026-12\"",                    // one before it begins anew
		"from=2026-12-30&amp;month=2027-01",                      // the next month keeps the first
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the calendar lacks %q", want)
		}
	}
	page = w.get(absencesPath + "?month=2027-01&from=2026-12-30&until=2027-01-02").Body.String()
	if !strings.Contains(page, `name="from" value="2026-12-30"`) || !strings.Contains(page, `name="until" value="2027-01-02"`) {
		t.Error("the form does not hold what was tapped")
	}
}

// What was typed stays, beside what is wrong.
func TestAbsenceFormKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	for _, days := range [][2]string{{"2026-12-05", "2026-12-01"}, {"tomorrow", "2026-12-01"}, {"2026-12-05", ""}, {"2026-12-05", "2029-01-01"}} {
		answer := w.post(absencesPath, url.Values{"action": {"away"}, "member": {deputyID.String()}, "from": {days[0]}, "until": {days[1]}})
		body := answer.Body.String()
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="`+days[0]+`"`) || !strings.Contains(body, `value="`+deputyID.String()+`" selected`) {
			t.Errorf("%v: got %d, or what was typed is gone", days, answer.Code)
		}
	}
	if got := w.post(absencesPath, url.Values{"action": {"away"}, "member": {memberID.String()}, "from": {"2026-12-05"}, "until": {"2026-12-08"}}).Code; got != http.StatusForbidden {
		t.Errorf("somebody who decides nothing: got %d", got)
	}
}

func TestPlanInPlainWords(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	body := w.get("/inbox/partnerships/tilleuls/plan?lang=de").Body.String()
	for _, want := range []string{"Fassung 2 des Plans", "Bei einer Warnung", "der Koordinator", "22:00"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
