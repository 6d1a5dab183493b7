package store_test

import (
	"errors"
	"testing"
	"time"

	"relais/store"
	"relais/subscribers"
)

// An invitation is counted while it is good, and by its own partnership alone.
func TestInvitations(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		by := subscribers.NewMemberID()
		i := subscribers.NewInvitation(tilleuls, by, noon)
		must(t, s.AddInvitation(t.Context(), i, 2))
		must(t, s.UseInvitation(t.Context(), tilleuls, i.ID, noon))
		must(t, s.UseInvitation(t.Context(), "elsewhere", i.ID, noon))
		must(t, s.RevokeInvitation(t.Context(), "elsewhere", i.ID, noon))
		i.Used = 1
		same(t, "counted", got(s.Invitation(t.Context(), i.ID))(t), i)

		must(t, s.RevokeInvitation(t.Context(), tilleuls, i.ID, noon.Add(time.Hour)))
		must(t, s.RevokeInvitation(t.Context(), tilleuls, i.ID, noon.Add(2*time.Hour)))
		must(t, s.UseInvitation(t.Context(), tilleuls, i.ID, noon.Add(time.Hour)))
		i.Revoked = noon.Add(time.Hour)
		same(t, "taken back", got(s.Invitation(t.Context(), i.ID))(t), i)
		if i.Good(noon) {
			t.Error("taken back, and good")
		}

		second := subscribers.NewInvitation(tilleuls, by, noon.Add(time.Minute))
		must(t, s.AddInvitation(t.Context(), second, 2))
		must(t, s.UseInvitation(t.Context(), tilleuls, second.ID, second.Expires))
		same(t, "newest first", got(s.Invitations(t.Context(), tilleuls, 10))(t), []subscribers.Invitation{second, i})
		if err := s.AddInvitation(t.Context(), subscribers.NewInvitation(tilleuls, by, noon.Add(time.Hour)), 2); !errors.Is(err, subscribers.ErrTooMany) {
			t.Errorf("the third of two: %v", err)
		}
		must(t, s.AddInvitation(t.Context(), subscribers.NewInvitation(tilleuls, by, second.Expires.Add(subscribers.InvitationValidity+time.Minute)), 2))
		same(t, "old ones", len(got(s.Invitations(t.Context(), tilleuls, 10))(t)), 1)
		if _, err := s.Invitation(t.Context(), i.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("one that ended long ago: %v", err)
		}
	})
}
