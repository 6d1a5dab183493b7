package store_test

import (
	"slices"
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func begun(t *testing.T, s *store.Store, all []subscribers.Entry, on ...channels.Name) (begun, duplicates []channels.DeliveryID) {
	t.Helper()
	begun, duplicates, err := s.Begin(t.Context(), all, on, noon, time.Minute)
	must(t, err)
	return begun, duplicates
}

// What is called by who plans it is written as a claim leaves it: nobody else gets
// it, and a sweep finds it when its caller dies.
func TestBeginIsAddAndClaim(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		all := entries(granted(t, s, tilleuls)[0], people(5))
		all[1].Channel = channels.Email
		all[2].State, all[2].NotBefore = channels.Held, noon.Add(time.Hour)
		all[3].NotBefore = noon.Add(time.Second)
		first, duplicates := begun(t, s, all, channels.SMS, channels.Push)
		same(t, "begun", first, []channels.DeliveryID{all[0].ID, all[4].ID})
		same(t, "duplicates", duplicates, nil)

		calling := all[0]
		calling.State, calling.Attempt, calling.NextAt = channels.Calling, 1, noon.Add(time.Minute)
		same(t, "called now", got(s.Entry(t.Context(), all[0].ID))(t), calling)
		for i := 1; i <= 3; i++ {
			same(t, "not called now", got(s.Entry(t.Context(), all[i].ID))(t), all[i])
		}
		same(t, "left to be claimed", claimedIDs(got(s.Claim(t.Context(), idsOf(all), noon, time.Minute))(t)), []channels.DeliveryID{all[1].ID})
		due := claimedIDs(got(s.Due(t.Context(), noon.Add(time.Minute), time.Minute, 10))(t))
		if !slices.Contains(due, all[0].ID) || !slices.Contains(due, all[4].ID) {
			t.Errorf("due after the lease: %v, want those begun among them", due)
		}
	})
}

func TestBeginAgainBeginsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		all := entries(granted(t, s, tilleuls)[0], people(4))
		all[3].Hash, all[3].ID = all[0].Hash, behind(all[3].ID) // two people, one number: the first id gets it
		got(s.Add(t.Context(), all[1:2]))(t)
		for _, want := range [][]channels.DeliveryID{{all[0].ID, all[2].ID}, nil} {
			first, duplicates := begun(t, s, all, channels.SMS)
			same(t, "begun", first, want)
			same(t, "duplicates", duplicates, []channels.DeliveryID{all[3].ID})
		}
		same(t, "written before", stateOf(t, s, all[1].ID), channels.Pending)
		duplicate := all[3]
		duplicate.State, duplicate.Reason, duplicate.NextAt, duplicate.FinalAt = channels.Suppressed, channels.ReasonDuplicate, time.Time{}, noon
		same(t, "the duplicate", got(s.Entry(t.Context(), duplicate.ID))(t), duplicate)
	})
}

// PLP.md, rule 8: who got it through one partnership is not called by another.
func TestBeginLeavesOutWhoGetsItElsewhere(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		approvals := granted(t, s, tilleuls, linden)
		who := subscribers.NewMemberID()
		first, other := entry(approvals[0], who, channels.NewAddress("+32470000001")), entry(approvals[1], who, channels.NewAddress("+32470000002"))
		began, _ := begun(t, s, []subscribers.Entry{first}, channels.SMS)
		same(t, "by the first", began, []channels.DeliveryID{first.ID})
		began, duplicates := begun(t, s, []subscribers.Entry{other}, channels.SMS)
		same(t, "by the other", began, nil)
		same(t, "left out", duplicates, []channels.DeliveryID{other.ID})
	})
}

func claimedIDs(claimed []subscribers.Claimed) []channels.DeliveryID {
	var ids []channels.DeliveryID
	for _, c := range claimed {
		ids = append(ids, c.ID)
	}
	return ids
}
