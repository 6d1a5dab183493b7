package store_test

import (
	"errors"
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// What a member wishes is read with every delivery of theirs, and changing it
// lets what is held be decided again at once.
func TestSetRestReleasesWhatIsHeld(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")), memberRow("Marc", subscribers.RoleMember, mobile("+32470000002")))
		wish := subscribers.Rest{
			Quiet: &subscribers.QuietHours{From: subscribers.ClockTime{Hour: 21}, To: subscribers.ClockTime{Hour: 8}},
			Pause: subscribers.Span{From: subscribers.Date{Year: 2026, Month: 11, Day: 20}}, EvenUrgent: true,
		}
		a := granted(t, s, tilleuls)[0]
		var held []subscribers.Entry
		for _, m := range members(t, s, tilleuls) {
			e := entry(a, m.ID, m.Contacts[0].Address)
			e.State, e.NotBefore, e.NextAt = channels.Held, noon.Add(30*time.Minute), noon.Add(30*time.Minute)
			held = append(held, e)
		}
		got(s.Add(t.Context(), held))(t)
		same(t, "due before", len(got(s.Due(t.Context(), noon, time.Minute, 10))(t)), 0)

		must(t, s.SetRest(t.Context(), held[0].Member, wish))
		due := got(s.Due(t.Context(), noon, time.Minute, 10))(t)
		if len(due) != 1 || due[0].ID != held[0].ID {
			t.Fatalf("%d are due, want the one of the member who changed something", len(due))
		}
		same(t, "wishes", due[0].Wishes, wish)
		same(t, "not before", due[0].NotBefore, noon.Add(30*time.Minute))

		if err := s.SetRest(t.Context(), subscribers.NewMemberID(), wish); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("got %v for nobody, want that nobody is found", err)
		}
	})
}
