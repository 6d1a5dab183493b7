package subscribers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
)

func TestPaceIsByNearestRank(t *testing.T) {
	for n, want := range map[int]Pace{
		0:  {},
		1:  {1, 1, 1},
		2:  {2, 1, 2},
		10: {10, 5, 9},
		11: {11, 6, 10},
	} {
		var took []time.Duration
		for i := n; i > 0; i-- {
			took = append(took, time.Duration(i))
		}
		if got := PaceOf(took); got != want {
			t.Errorf("of %d: got %+v, want %+v", n, got, want)
		}
	}
}

func TestFiguresOfSendings(t *testing.T) {
	all := []Sending{
		{Kind: broker.Alert, Urgency: broker.Immediate, Outcome: ApprovalApproved, Took: 5 * time.Minute, People: 10, Reached: 9, By: map[channels.Name]int{channels.SMS: 8, channels.Email: 1}, Half: 3, Most: 9, Left: 1},
		{Kind: broker.Alert, Urgency: broker.Immediate, Outcome: ApprovalRefused, Took: 2 * time.Hour, Half: Uncounted, Most: Uncounted},
		{Kind: broker.Alert, Urgency: broker.Immediate, Outcome: ApprovalLapsed, Took: time.Hour, Half: Uncounted, Most: Uncounted},
		{Kind: broker.Prevention, Urgency: broker.Future, Outcome: ApprovalApproved, Took: Uncounted, People: 4, Reached: 4, By: map[channels.Name]int{channels.Email: 4}, Half: Uncounted, Most: Uncounted, Left: Uncounted},
	}
	answers := AnsweringOf(all)
	if want := (Pace{2, 5 * time.Minute, 2 * time.Hour}); answers.Pace != want || answers.Unanswered != 1 {
		t.Errorf("answers: got %+v", answers)
	}
	if got := []int{answers.Within[0].N, answers.Within[1].N, answers.Within[3].N, answers.Within[4].N}; !cmp.Equal(got, []int{1, 0, 1, 0}) {
		t.Errorf("answers within: got %v", got)
	}
	if got := ReachingOf(all)[0]; got.First != (Pace{1, 3, 3}) || got.Last != (Pace{1, 9, 9}) {
		t.Errorf("reaching: got %+v", got)
	}
	by, missed, messages := ReachOf(all)
	if want := []ChannelReach{{channels.SMS, 8}, {channels.Email, 5}}; !cmp.Equal(by, want) || missed != 1 || messages != 2 {
		t.Errorf("reach: got %v, %d missed of %d messages", by, missed, messages)
	}
	if got, want := LeavingOf(all), []Leaving{{Kind: broker.Alert, Messages: 1, Reached: 9, Left: 1}}; !cmp.Equal(got, want) {
		t.Errorf("leaving: got %v, want %v", got, want)
	}
}

func TestOwing(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	got := OwingOf([]Debt{
		{Due: now, How: EndedByFeedback, Ended: now},
		{Due: now, How: NotAllowed, Ended: now.Add(-time.Hour)},
		{Due: now, How: EndedByClosing, Ended: now.Add(time.Second)},
		{Due: now, How: EndedByCancel, Ended: now.Add(time.Hour)},
		{Due: now.Add(-time.Second)},
		{Due: now.Add(time.Hour)},
	}, now)
	if want := (Owing{OnTime: 2, Late: 1, Overdue: 1, NotYet: 1}); got != want || got.N() != 4 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestTerms(t *testing.T) {
	day := Date{Year: 2026, Month: time.November, Day: 23}
	for months, want := range map[int][3]string{1: {"2026-10", "2026-11", "2026-12"}, 3: {"2026-Q3", "2026-Q4", "2027-Q1"}, 12: {"2025", "2026", "2027"}} {
		p := TermOf(day, months)
		if got := [3]string{p.Before().String(), p.String(), p.Next().String()}; got != want {
			t.Errorf("got %v, want %v", got, want)
		}
		if again, ok := ParseTerm(p.String()); !ok || again != p {
			t.Errorf("%s is read as %v", p, again)
		}
	}
	for _, text := range []string{"", "26", "2026-", "2026-13", "2026-Q5", "2026-Q0", "2026-0", "x", "2026-11-23", "99999"} {
		if p, ok := ParseTerm(text); ok {
			t.Errorf("%q is read as %v", text, p)
		}
	}
	brussels, err := time.LoadLocation(DefaultTimezone)
	if err != nil {
		t.Fatal(err)
	}
	from, until := TermOf(day, 3).Bounds(brussels)
	if got := from.UTC().Format(time.DateTime) + " " + until.UTC().Format(time.DateTime); got != "2026-09-30 22:00:00 2026-12-31 23:00:00" {
		t.Errorf("bounds: %s", got)
	}
}
