package subscribers

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

const author = "Insp. Peeters"

// monday is a working day in November.
func monday() time.Time { return time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC) }

// until is a message of the author's that is of use for so long.
func until(expires time.Time) broker.Message { return broker.Message{Author: author, Expires: expires} }

func TestApprovalMoves(t *testing.T) {
	allowed := map[ApprovalState][]ApprovalState{
		ApprovalPending:    {ApprovalApproved, ApprovalHeld, ApprovalQuestioned, ApprovalRefused, ApprovalLapsed, ApprovalOverruled},
		ApprovalHeld:       {ApprovalApproved, ApprovalRefused, ApprovalLapsed},
		ApprovalQuestioned: {ApprovalPending, ApprovalApproved, ApprovalRefused, ApprovalLapsed},
	}
	now := monday()
	m := broker.Message{Author: author, Expires: now.Add(time.Hour)}
	rule := Rule{Approval: ApprovalRule{ReleaseAfter: time.Minute}}
	states := []ApprovalState{ApprovalPending, ApprovalHeld, ApprovalQuestioned, ApprovalApproved, ApprovalRefused, ApprovalLapsed, ApprovalOverruled}
	for _, from := range states {
		for _, to := range states {
			a, err := Approval{State: from, Rule: rule, Asked: now.Add(-time.Hour)}.Apply(Decision{To: to, By: "Anne", At: now, Why: "why", Until: now.Add(time.Minute)}, m)
			if want := slices.Contains(allowed[from], to); (err == nil) != want {
				t.Errorf("%s → %s: error %v, want allowed %v", from, to, err, want)
			} else if want && a.State != to {
				t.Errorf("%s → %s: is %s", from, to, a.State)
			}
		}
	}
}

func TestSecondAnswerLearnsWhoWasFirst(t *testing.T) {
	at := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	a, err := Approval{State: ApprovalPending}.Apply(Decision{To: ApprovalApproved, By: "Anne", At: at}, until(at.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := a.Apply(Decision{To: ApprovalRefused, By: "Bert", Why: "no"}, until(at.Add(time.Hour)))
	var decided *DecidedError
	if !errors.As(err, &decided) || decided.First.By != "Anne" || b.State != ApprovalApproved {
		t.Errorf("got %v and %s, want the approval unchanged and Anne named", err, b.State)
	}
}

func TestRefusedDecisions(t *testing.T) {
	now := monday()
	pending := Approval{State: ApprovalPending, Asked: now}
	releasable := pending
	releasable.Rule.Approval.ReleaseAfter = 10 * time.Minute
	for _, tc := range []struct {
		name string
		a    Approval
		d    Decision
		want string
	}{
		{"refusal without reason", pending, Decision{To: ApprovalRefused, By: "Anne"}, "reason"},
		{"note too long", pending, Decision{To: ApprovalApproved, By: "Anne", Note: strings.Repeat("é", MaxNote+1)}, "120"},
		{"author approves", pending, Decision{To: ApprovalApproved, By: author, How: HowLink}, "author"},
		{"approved too late", pending, Decision{To: ApprovalApproved, By: "Anne", At: now.Add(time.Hour)}, "expired"},
		{"question without a question", pending, Decision{To: ApprovalQuestioned, By: "Anne"}, "ask"},
		{"answer without a question", pending, Decision{To: ApprovalPending, By: author, Why: "yes"}, "cannot become"},
		{"answer without an answer", Approval{State: ApprovalQuestioned}, Decision{To: ApprovalPending, By: author}, "answer"},
		{"hold ended by a person", Approval{State: ApprovalHeld}, Decision{To: ApprovalPending, By: "Anne", Why: "now"}, "asked"},
		{"hold into the past", pending, Decision{To: ApprovalHeld, By: "Anne", Until: now}, "hold"},
		{"hold beyond its use", pending, Decision{To: ApprovalHeld, By: "Anne", Until: now.Add(time.Hour)}, "hold"},
		{"release where the plan has none", pending, Decision{To: ApprovalOverruled, By: "Insp. Claes", Why: "urgent"}, "does not let"},
		{"release too early", releasable, Decision{To: ApprovalOverruled, By: "Insp. Claes", Why: "urgent"}, "from"},
		{"release without reason", releasable, Decision{To: ApprovalOverruled, By: "Insp. Claes", At: now.Add(10 * time.Minute)}, "reason"},
		{"release by the author", releasable, Decision{To: ApprovalOverruled, By: author, At: now.Add(10 * time.Minute), Why: "urgent"}, "author"},
	} {
		if tc.d.At.IsZero() {
			tc.d.At = now
		}
		_, err := tc.a.Apply(tc.d, until(now.Add(time.Hour)))
		var refused *RefusedMoveError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want a sentence with %q", tc.name, err, tc.want)
		}
	}
}

func TestReleaseByThePolice(t *testing.T) {
	now := monday()
	a := Approval{State: ApprovalPending, Asked: now, Rule: Rule{Approval: ApprovalRule{ReleaseAfter: 10 * time.Minute}}}
	d := Decision{To: ApprovalOverruled, By: "Insp. Claes", At: now.Add(10 * time.Minute), How: HowTerminal, Why: "burglars in the street"}
	released, err := a.Apply(d, until(now.Add(time.Hour)))
	if err != nil || released.State != ApprovalOverruled || released.Decision != d {
		t.Errorf("got %v, %+v, want it overruled with who, when and why", err, released)
	}
}

func TestTheClockStandsStill(t *testing.T) {
	start := monday()
	minute := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	m := until(minute(600))
	rule := ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * time.Minute, Within: 30 * time.Minute}
	asked := NewApproval(m, Partnership{ID: "p"}, Rule{Approval: rule}, everybody(), start).Climb(m.Expires, everybody(), minute(5))

	held, err := asked.Apply(Decision{To: ApprovalHeld, By: "Anne", At: minute(10), Until: minute(70)}, m)
	if err != nil || !held.Deadline.Equal(minute(70)) {
		t.Fatalf("held: %v, deadline %v, want the hold's end", err, held.Deadline)
	}
	again := held.Climb(m.Expires, everybody(), minute(70))
	if again.State != ApprovalPending || again.Step != 2 || !again.Deadline.Equal(minute(90)) {
		t.Errorf("after the hold: %s at step %d until %v, want pending, the same people, 20 minutes left", again.State, again.Step, again.Deadline)
	}

	questioned, err := again.Apply(Decision{To: ApprovalQuestioned, By: "Anne", At: minute(80), Why: "which street?"}, m)
	if err != nil || questioned.Climb(m.Expires, everybody(), minute(500)).State != ApprovalQuestioned {
		t.Fatalf("questioned: %v, want it to wait for the police", err)
	}
	answered, err := questioned.Apply(Decision{To: ApprovalPending, By: author, At: minute(100), Why: "Rue Haute"}, m)
	if err != nil || !answered.Deadline.Equal(minute(110)) {
		t.Errorf("answered: %v, deadline %v, want 10 minutes left", err, answered.Deadline)
	}
	if over := questioned.Climb(m.Expires, everybody(), minute(600)); over.State != ApprovalLapsed {
		t.Errorf("never answered: %s, want lapsed", over.State)
	}
	if end := answered.Climb(m.Expires, everybody(), minute(110)); end.State != ApprovalOverruled {
		t.Errorf("at the end: %s, want the police to send", end.State)
	}
}

// everybody is one of each role of a ladder.
func everybody() []Approver {
	var all []Approver
	for _, role := range []Role{RoleCoordinator, RoleDeputy, RoleCommittee} {
		all = append(all, Approver{Member: Member{ID: NewMemberID(), Name: string(role)}, Role: role})
	}
	return all
}

func TestLadder(t *testing.T) {
	start := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	minute := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	type at struct {
		minute int
		state  ApprovalState
		step   int
	}
	away := func(roles ...Role) []Approver {
		return slices.DeleteFunc(everybody(), func(a Approver) bool { return slices.Contains(roles, a.Role) })
	}
	full := ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * time.Minute, CommitteeAfter: 8 * time.Minute, ReleaseAfter: 10 * time.Minute, Within: 15 * time.Minute}
	for _, tc := range []struct {
		name string
		rule ApprovalRule
		away []Role
		want []at
	}{
		{"every rung", full, nil, []at{{0, ApprovalPending, 1}, {5, ApprovalPending, 2}, {8, ApprovalPending, 3}, {9, ApprovalPending, 3}, {10, ApprovalPending, 4}, {14, ApprovalPending, 4}, {15, ApprovalOverruled, 4}}},
		{"coordinator away: the deputies at once", full, []Role{RoleCoordinator}, []at{{0, ApprovalPending, 2}, {7, ApprovalPending, 2}, {8, ApprovalPending, 3}}},
		{"only the committee there", full, []Role{RoleCoordinator, RoleDeputy}, []at{{0, ApprovalPending, 3}, {10, ApprovalPending, 4}}},
		{"deputies away", full, []Role{RoleDeputy}, []at{{0, ApprovalPending, 1}, {5, ApprovalPending, 2}, {8, ApprovalPending, 3}}},
		{"police at once", ApprovalRule{By: ByPolice}, nil, []at{{0, ApprovalApproved, 0}, {999, ApprovalApproved, 0}}},
		{"coordinator, deputies, police", ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * time.Minute, Within: 10 * time.Minute}, nil,
			[]at{{0, ApprovalPending, 1}, {4, ApprovalPending, 1}, {5, ApprovalPending, 2}, {9, ApprovalPending, 2}, {10, ApprovalOverruled, 2}}},
		{"coordinator, lapse", ApprovalRule{By: ByCoordinator, Within: 30 * time.Minute}, nil,
			[]at{{0, ApprovalPending, 2}, {29, ApprovalPending, 2}, {30, ApprovalLapsed, 2}}},
		{"until the message expires", ApprovalRule{By: ByCoordinator}, nil, []at{{59, ApprovalPending, 2}, {60, ApprovalLapsed, 2}}},
		{"police never send what has expired", ApprovalRule{By: ByCoordinatorThenPolice, Within: 2 * time.Hour}, nil, []at{{60, ApprovalLapsed, 2}}},
		{"a node that was down over both steps", ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * time.Minute, Within: 10 * time.Minute}, nil, []at{{30, ApprovalOverruled, 1}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := broker.Message{ID: broker.NewMessageID(), Revision: 1, Expires: minute(60)}
			present := away(tc.away...)
			a := NewApproval(m, Partnership{ID: "p"}, Rule{Approval: tc.rule}, present, start)
			for _, want := range tc.want {
				a = a.Climb(m.Expires, present, minute(want.minute))
				if a.State != want.state || a.Step != want.step {
					t.Errorf("minute %d: %s at step %d, want %s at step %d", want.minute, a.State, a.Step, want.state, want.step)
				}
				if open := !a.State.Final(); open == a.Deadline.IsZero() {
					t.Errorf("minute %d: %s with deadline %v: open ones need one, final ones have none", want.minute, a.State, a.Deadline)
				}
			}
		})
	}
}

func TestWhoIsAskedAndTold(t *testing.T) {
	person := func(name string, role Role) Approver {
		return Approver{Member{ID: NewMemberID(), Name: name, Lang: broker.Dutch, Contacts: []Contact{contact(channels.SMS, "+3247000000"+name), contact(channels.Email, name+"@example.be")}}, role, nil}
	}
	approvers := []Approver{person("1", RoleCoordinator), person("2", RoleDeputy), person("3", RoleCommittee)}
	later := Approval{State: ApprovalPending, Rule: Rule{Approval: ApprovalRule{DeputiesAfter: time.Minute}}}
	atOnce := Approval{State: ApprovalPending}
	for _, tc := range []struct {
		name string
		got  []Approver
		want string
	}{
		{"first the coordinator", later.Between(0, 1, approvers), "1"},
		{"then the deputy", later.Between(1, 2, approvers), "2"},
		{"both at once", atOnce.Between(0, 2, approvers), "12"},
	} {
		names := ""
		for _, a := range tc.got {
			names += a.Name
		}
		if names != tc.want {
			t.Errorf("%s: asked %q, want %q", tc.name, names, tc.want)
		}
	}
	available := []channels.Name{channels.SMS, channels.Email}
	m := broker.Message{ID: broker.NewMessageID(), Revision: 1, Urgency: broker.Immediate}
	if got := atOnce.Questions(m, approvers[:1], available, time.Now()); len(got) != 2 {
		t.Errorf("%d questions to the coordinator, want one on each of two channels", len(got))
	}
	decided := atOnce
	decided.State, decided.Decision = ApprovalApproved, Decision{To: ApprovalApproved, By: "1"}
	notices := decided.Notices(m, approvers[:2], available, time.Now())
	if len(notices) != 1 || notices[0].Member != approvers[1].ID {
		t.Errorf("got %d notices, want one to the deputy, who did not decide", len(notices))
	}
}

func TestAbsence(t *testing.T) {
	day := func(d int) Date { return Date{2026, 12, d} }
	away := everybody()
	away[0].Absences = []Span{{From: day(1), Until: day(3)}}
	rule := ApprovalRule{}
	for _, tc := range []struct {
		on   Date
		want string
	}{{day(1), "deputy"}, {day(3), "deputy"}, {day(4), "coordinator deputy"}} {
		if got := namesOf(rule.Present(away, tc.on)); got != tc.want {
			t.Errorf("%s: %s are asked, want %s", tc.on, got, tc.want)
		}
	}
	away[1].Absences = []Span{{From: day(2)}}
	if got := namesOf(rule.Present(away, day(2))); got != "coordinator deputy" {
		t.Errorf("all absent: %s are asked, want both, and not the committee, whom this plan does not name", got)
	}
}

func namesOf(people []Approver) string {
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = p.Name
	}
	return strings.Join(names, " ")
}

func TestGate(t *testing.T) {
	loc := brussels(t)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, loc)
	both := []Approver{{Role: RoleCoordinator}, {Role: RoleDeputy}}
	good := Partnership{Stage: StageLaunched, Charter: Charter{Signed: Date{2026, 1, 1}}}
	ended := good
	ended.Charter.Until = Date{2026, 11, 22}
	lastDay := good
	lastDay.Charter.Until = Date{2026, 11, 23}
	for _, tc := range []struct {
		name string
		p    Partnership
		who  []Approver
		want []Gap
	}{
		{"launched", good, both, nil},
		{"last day of the charter", lastDay, both, nil},
		{"charter over", ended, both, []Gap{GapCharter}},
		{"no deputy", good, both[:1], []Gap{GapDeputy}},
		{"nothing", Partnership{Stage: StageIdea}, nil, []Gap{GapNotLaunched, GapCharter, GapCoordinator, GapDeputy}},
	} {
		if got := tc.p.Missing(tc.who, now); !slices.Equal(got, tc.want) {
			t.Errorf("%s: missing %v, want %v", tc.name, got, tc.want)
		}
	}
}
