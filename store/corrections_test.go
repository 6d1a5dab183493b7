package store_test

import (
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// A withdrawal stops what waits, and what is written or claimed after it.
func TestRecall(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a := granted(t, s, tilleuls)[0]
		all := entries(a, people(4))
		all[1].State = channels.Held
		got(s.Add(t.Context(), all[:3]))(t)
		got(s.Claim(t.Context(), idsOf(all[2:3]), noon, time.Minute))(t)

		cancel := message(broker.NewMessageID(), 1)
		cancel.MsgType, cancel.References = broker.TypeCancel, []broker.MessageID{a.Message}
		family, unknown, err := s.References(t.Context(), cancel)
		must(t, err)
		same(t, "family", family, []broker.MessageID{a.Message})
		same(t, "unknown", unknown, -1)
		for range 2 { // the second time changes nothing
			must(t, s.Recall(t.Context(), cancel, family, noon))
		}
		got(s.Add(t.Context(), all[3:]))(t) // planned too late
		must(t, second(s.Record(t.Context(), []subscribers.Outcome{{ID: all[2].ID, State: channels.Pending, At: noon, Wait: noon, NextAt: noon}})))

		for i, want := range []channels.State{channels.Suppressed, channels.Suppressed, channels.Pending, channels.Suppressed} {
			same(t, "state", stateOf(t, s, all[i].ID), want)
		}
		claimed := got(s.Claim(t.Context(), idsOf(all), noon, time.Minute))(t)
		if len(claimed) != 1 || !claimed[0].Stopped {
			t.Errorf("claimed %d, want the one that came back, and that it was stopped", len(claimed))
		}
		found := got(s.Originals(t.Context(), family))(t)
		if len(found) != 1 || found[0].StoppedBy != cancel.ID || !found[0].Got || found[0].Approval.State != subscribers.ApprovalApproved {
			t.Errorf("originals %+v", found)
		}
	})
}

func TestRecallLapsesWhatIsOpen(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		m := message(broker.NewMessageID(), 1)
		a, other := approval(m, tilleuls), approval(m, linden)
		must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{a, other}, nil, nil))
		cancel := message(broker.NewMessageID(), 1)
		cancel.MsgType, cancel.References = broker.TypeCancel, []broker.MessageID{m.ID}
		cancel.Partnerships = []broker.PartnershipID{tilleuls}
		must(t, s.Recall(t.Context(), cancel, cancel.References, noon))

		a.State, a.Version, a.Deadline, a.Decision = subscribers.ApprovalLapsed, 2, time.Time{}, subscribers.Withdrawal(noon)
		same(t, "named", got(s.Approval(t.Context(), a.ID))(t), a)
		same(t, "not named", got(s.Approval(t.Context(), other.ID))(t), other)

		update := message(broker.NewMessageID(), 1)
		update.MsgType, update.References = broker.TypeUpdate, []broker.MessageID{broker.NewMessageID()}
		_, unknown, err := s.References(t.Context(), update)
		must(t, err)
		same(t, "unknown", unknown, 0)
	})
}
