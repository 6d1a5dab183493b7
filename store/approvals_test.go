package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func TestOpenMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		m := message(broker.NewMessageID(), 1)
		a := approval(m, tilleuls)
		ask := entry(a, subscribers.NewMemberID(), channels.NewAddress("+32470000001"))
		ask.Purpose, ask.About = channels.Ask, a.ID.UUID
		refused := []subscribers.RoutingRefusal{{Partnership: linden, Gaps: []subscribers.Gap{subscribers.GapCharter, subscribers.GapDeputy}}}
		for range 2 { // the second time changes nothing
			must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{a}, refused, []subscribers.Entry{ask}))
		}
		same(t, "message", got(s.Message(t.Context(), m.ID, 1))(t), m)
		same(t, "approval", got(s.Approval(t.Context(), a.ID))(t), a)
		same(t, "question", got(s.Entry(t.Context(), ask.ID))(t), ask)
		same(t, "refusals", got(s.Status(t.Context(), m.ID))(t).Refused, refused)

		for what, err := range map[string]error{
			"message":  second(s.Message(t.Context(), m.ID, 2)),
			"approval": second(s.Approval(t.Context(), subscribers.ApprovalIDFor(m.ID, 2, tilleuls))),
			"entry":    second(s.Entry(t.Context(), channels.DeliveryID{UUID: m.ID.UUID})),
			"status":   second(s.Status(t.Context(), broker.NewMessageID())),
		} {
			if !errors.Is(err, subscribers.ErrNotFound) {
				t.Errorf("%s: got %v, want ErrNotFound", what, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestNewRevisionLapsesOpenApprovals(t *testing.T) {
	id := broker.NewMessageID()
	first, next := message(id, 1), message(id, 2)
	for what, order := range map[string][]broker.Message{"in order": {first, next}, "overtaken": {next, first}} {
		t.Run(what, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *store.Store) {
				for _, m := range order {
					held, decided := approval(m, linden), approval(m, "decided")
					held.State = subscribers.ApprovalHeld
					decided.State = subscribers.ApprovalApproved
					must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{approval(m, tilleuls), held, decided}, nil, nil))
				}
				want := approval(first, tilleuls)
				want.State, want.Version, want.Deadline = subscribers.ApprovalLapsed, 2, time.Time{}
				want.Decision = subscribers.Decision{To: subscribers.ApprovalLapsed, By: "nobody", At: noon, How: subscribers.HowRevision}
				same(t, "pending, first revision", got(s.Approval(t.Context(), want.ID))(t), want)
				for p, state := range map[broker.PartnershipID][2]subscribers.ApprovalState{
					tilleuls:  {subscribers.ApprovalLapsed, subscribers.ApprovalPending},
					linden:    {subscribers.ApprovalLapsed, subscribers.ApprovalHeld},
					"decided": {subscribers.ApprovalApproved, subscribers.ApprovalApproved},
				} {
					for i, want := range state {
						same(t, string(p), got(s.Approval(t.Context(), subscribers.ApprovalIDFor(id, i+1, p)))(t).State, want)
					}
				}
			})
		})
	}
}

func TestMoveNeedsTheVersion(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		m := message(broker.NewMessageID(), 1)
		a := approval(m, tilleuls)
		must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{a}, nil, nil))
		notice := entry(a, subscribers.NewMemberID(), channels.NewAddress("+32470000001"))
		notice.Purpose, notice.About = channels.Notice, subscribers.NoticeAbout(a.ID, subscribers.ApprovalRefused)

		climbed := a
		climbed.Version, climbed.Step, climbed.Deadline = 2, 2, noon.Add(15*time.Minute)
		same(t, "climb", got(s.Move(t.Context(), a, climbed, nil, nil))(t), true)
		same(t, "from the old version", got(s.Move(t.Context(), a, climbed, []subscribers.Entry{notice}, nil))(t), false)
		if _, err := s.Entry(t.Context(), notice.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("the entry of a lost move: got %v, want ErrNotFound", err)
		}

		refused, err := climbed.Apply(subscribers.Decision{To: subscribers.ApprovalRefused, By: "Anne", At: noon, How: subscribers.HowLink, Why: "c'est réglé", Note: "déjà dit"}, m)
		must(t, err)
		same(t, "refuse", got(s.Move(t.Context(), climbed, refused, []subscribers.Entry{notice}, nil))(t), true)
		same(t, "approval", got(s.Approval(t.Context(), a.ID))(t), refused)
		same(t, "notice", got(s.Entry(t.Context(), notice.ID))(t), notice)
		same(t, "again", got(s.Move(t.Context(), climbed, refused, nil, nil))(t), false)
		same(t, "decisions", got(s.Moves(t.Context(), a.ID))(t), []subscribers.Move{{Version: 3, Decision: refused.Decision}})
	})
}

func TestMoveRacedHasOneWinner(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		m := message(broker.NewMessageID(), 1)
		a := approval(m, tilleuls)
		must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{a}, nil, nil))
		var won atomic.Int32
		var moving sync.WaitGroup
		for _, to := range []subscribers.ApprovalState{subscribers.ApprovalApproved, subscribers.ApprovalRefused, subscribers.ApprovalHeld, subscribers.ApprovalLapsed, subscribers.ApprovalOverruled} {
			moving.Go(func() {
				after := a
				after.State, after.Version = to, 2
				moved, err := s.Move(t.Context(), a, after, entries(a, people(3)), nil)
				if err != nil {
					t.Error(err)
				}
				if moved {
					won.Add(1)
				}
			})
		}
		moving.Wait()
		same(t, "winners", won.Load(), 1)
	})
}

func TestApprovalLists(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		m := message(broker.NewMessageID(), 1)
		make := func(p broker.PartnershipID, state subscribers.ApprovalState, deadline, decided time.Time) subscribers.Approval {
			a := approval(m, p)
			a.State, a.Deadline, a.Decision.At = state, deadline, decided
			return a
		}
		later := noon.Add(time.Minute)
		overdue := make("a", subscribers.ApprovalHeld, noon, time.Time{})
		longer := make("b", subscribers.ApprovalPending, noon.Add(-time.Second), time.Time{})
		inTime := make(tilleuls, subscribers.ApprovalQuestioned, later, time.Time{})
		never := make("c", subscribers.ApprovalPending, time.Time{}, time.Time{})
		lapsed := make("d", subscribers.ApprovalLapsed, noon, noon)
		approved := make("e", subscribers.ApprovalApproved, time.Time{}, noon)
		overruled := make("f", subscribers.ApprovalOverruled, time.Time{}, noon.Add(-time.Second))
		young := make("g", subscribers.ApprovalApproved, time.Time{}, later)
		must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{overdue, longer, inTime, never, lapsed, approved, overruled, young}, nil, nil))

		same(t, "overdue", got(s.OverdueApprovals(t.Context(), noon, 10))(t), []subscribers.Approval{longer, overdue})
		same(t, "the most overdue", got(s.OverdueApprovals(t.Context(), noon, 1))(t), []subscribers.Approval{longer})
		same(t, "unplanned", got(s.UnplannedApprovals(t.Context(), later, 10))(t), []subscribers.Approval{overruled, approved})
		same(t, "the zone's open ones", got(s.OpenApprovals(t.Context(), "demo"))(t), []subscribers.Approval{inTime})
		same(t, "all open ones", len(got(s.OpenApprovals(t.Context(), ""))(t)), 4)

		must(t, s.MarkPlanned(t.Context(), overruled.ID, noon))
		must(t, s.MarkPlanned(t.Context(), overruled.ID, later))
		same(t, "still unplanned", got(s.UnplannedApprovals(t.Context(), later, 10))(t), []subscribers.Approval{approved})
		same(t, "planned", got(s.Approval(t.Context(), overruled.ID))(t).Planned, noon)
	})
}
