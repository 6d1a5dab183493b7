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

func TestApprovalMoves(t *testing.T) {
	allowed := map[ApprovalState][]ApprovalState{
		ApprovalPending:    {ApprovalApproved, ApprovalHeld, ApprovalQuestioned, ApprovalRefused, ApprovalLapsed, ApprovalOverruled},
		ApprovalHeld:       {ApprovalApproved, ApprovalRefused, ApprovalLapsed},
		ApprovalQuestioned: {ApprovalApproved, ApprovalRefused, ApprovalLapsed},
	}
	states := []ApprovalState{ApprovalPending, ApprovalHeld, ApprovalQuestioned, ApprovalApproved, ApprovalRefused, ApprovalLapsed, ApprovalOverruled}
	for _, from := range states {
		for _, to := range states {
			a, err := Approval{State: from}.Apply(Decision{To: to, By: "Anne", Why: "why"}, author)
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
	a, err := Approval{State: ApprovalPending}.Apply(Decision{To: ApprovalApproved, By: "Anne", At: at}, author)
	if err != nil {
		t.Fatal(err)
	}
	b, err := a.Apply(Decision{To: ApprovalRefused, By: "Bert", Why: "no"}, author)
	var decided *DecidedError
	if !errors.As(err, &decided) || decided.First.By != "Anne" || b.State != ApprovalApproved {
		t.Errorf("got %v and %s, want the approval unchanged and Anne named", err, b.State)
	}
}

func TestRefusedDecisions(t *testing.T) {
	for _, tc := range []struct {
		name string
		d    Decision
		want string
	}{
		{"refusal without reason", Decision{To: ApprovalRefused, By: "Anne"}, "reason"},
		{"note too long", Decision{To: ApprovalApproved, By: "Anne", Note: strings.Repeat("é", MaxNote+1)}, "120"},
		{"author approves", Decision{To: ApprovalApproved, By: author, How: HowLink}, "author"},
	} {
		_, err := Approval{State: ApprovalPending}.Apply(tc.d, author)
		var refused *RefusedMoveError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want a sentence with %q", tc.name, err, tc.want)
		}
	}
}

func TestLadder(t *testing.T) {
	start := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	minute := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	type at struct {
		minute int
		state  ApprovalState
		step   int
	}
	for _, tc := range []struct {
		name string
		rule ApprovalRule
		want []at
	}{
		{"police at once", ApprovalRule{By: ByPolice}, []at{{0, ApprovalApproved, 1}, {999, ApprovalApproved, 1}}},
		{"coordinator, deputies, police", ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * time.Minute, Within: 10 * time.Minute},
			[]at{{0, ApprovalPending, 1}, {4, ApprovalPending, 1}, {5, ApprovalPending, 2}, {9, ApprovalPending, 2}, {10, ApprovalOverruled, 2}}},
		{"coordinator, lapse", ApprovalRule{By: ByCoordinator, Within: 30 * time.Minute},
			[]at{{0, ApprovalPending, 2}, {29, ApprovalPending, 2}, {30, ApprovalLapsed, 2}}},
		{"until the message expires", ApprovalRule{By: ByCoordinator}, []at{{59, ApprovalPending, 2}, {60, ApprovalLapsed, 2}}},
		{"police never send what has expired", ApprovalRule{By: ByCoordinatorThenPolice, Within: 2 * time.Hour}, []at{{60, ApprovalLapsed, 2}}},
		{"a node that was down over both steps", ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * time.Minute, Within: 10 * time.Minute}, []at{{30, ApprovalOverruled, 1}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := broker.Message{ID: broker.NewMessageID(), Revision: 1, Expires: minute(60)}
			a := NewApproval(m, Partnership{ID: "p"}, Rule{Approval: tc.rule}, start)
			for _, want := range tc.want {
				a = a.Climb(m.Expires, minute(want.minute))
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
		return Approver{Member{ID: NewMemberID(), Name: name, Lang: broker.Dutch, Contacts: []Contact{contact(channels.SMS, "+3247000000"+name), contact(channels.Email, name+"@example.be")}}, role}
	}
	approvers := []Approver{person("1", RoleCoordinator), person("2", RoleDeputy), person("3", RoleCommittee)}
	later := Approval{State: ApprovalPending, Rule: Rule{Approval: ApprovalRule{DeputiesAfter: time.Minute}}}
	atOnce := Approval{State: ApprovalPending}
	for _, tc := range []struct {
		name string
		got  []Approver
		want string
	}{
		{"first the coordinator", later.AskedAt(1, approvers), "1"},
		{"then the deputy", later.AskedAt(2, approvers), "2"},
		{"both at once", atOnce.AskedAt(2, approvers), "12"},
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
