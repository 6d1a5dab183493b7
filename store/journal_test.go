package store_test

import (
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// A person who is reached on one of their channels is reached, and counts once;
// who was left out on purpose does not count.
func TestReached(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		a := granted(t, s, tilleuls)[0]
		all := entries(a, people(4))
		second := all[0]
		second.Channel, second.Hash = channels.Voice, channels.NewAddress("+3242000000").Hash(channels.Voice)
		second.ID = subscribers.EntryKey(a.Message.UUID, a.Revision, a.Partnership, second.Member, second.Channel, second.Hash)
		all[3].State, all[3].Reason = channels.Suppressed, channels.ReasonDuplicate
		all = append(all, second)
		got(s.Add(t.Context(), all))(t)
		ids := idsOf(all)
		got(s.Claim(t.Context(), ids, noon, time.Minute))(t)
		got(s.Record(t.Context(), []subscribers.Outcome{outcome(ids[0], channels.Accepted), outcome(ids[1], channels.Failed), outcome(ids[4], channels.Accepted)}))(t)

		want := map[subscribers.ApprovalID]subscribers.Reached{a.ID: {People: 3, Reached: 1}}
		same(t, "reached", got(s.Reached(t.Context(), tilleuls, noon.Add(-time.Hour)))(t), want)
		same(t, "asked later", len(got(s.Reached(t.Context(), tilleuls, noon))(t)), 0)
		same(t, "elsewhere", len(got(s.Reached(t.Context(), linden, noon.Add(-time.Hour)))(t)), 0)
	})
}

// When the rows have become counts, the journal still says how many.
func TestReachedAfterRetention(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a, _ := sentLongAgo(t, s)
		before := got(s.Reached(t.Context(), tilleuls, noon.Add(-day)))(t)
		if before[a.ID].People == 0 || before[a.ID].Reached == 0 {
			t.Fatalf("nobody was reached: %+v", before)
		}
		retain(t, s, noon.Add(91*day))
		same(t, "afterwards", got(s.Reached(t.Context(), tilleuls, noon.Add(-day)))(t), before)
	})
}

func TestUnreachable(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anne := mobile("+32470000001")
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, anne), memberRow("Luc", subscribers.RoleMember), memberRow("Rita", subscribers.RoleMember, mobile("+32470000002")))
		same(t, "on paper", got(s.Unreachable(t.Context(), tilleuls))(t), 1)
		for _, m := range members(t, s, tilleuls) {
			if m.Name == "Anne" {
				must(t, s.StopContact(t.Context(), m.ID, channels.SMS, anne.Address))
			}
		}
		same(t, "and stopped", got(s.Unreachable(t.Context(), tilleuls))(t), 2)
	})
}
