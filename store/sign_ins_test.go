package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/store"
	"relais/subscribers"
)

func newSignIn(of subscribers.MemberID, device string, at time.Time) subscribers.SignIn {
	return subscribers.SignIn{ID: uuid.Must(uuid.NewV7()), Account: of, Device: device, Since: at, Seen: at, Expires: at.Add(12 * time.Hour)}
}

func TestSignInsAreListedAndEnded(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anne, bram := subscribers.NewMemberID(), subscribers.NewMemberID()
		desk, phone, old := newSignIn(anne, "Firefox, Windows", noon), newSignIn(anne, "Safari, iPhone", noon.Add(time.Minute)), newSignIn(anne, "", noon.Add(2*time.Minute))
		his := newSignIn(bram, "Chrome, Linux", noon)
		for _, one := range []subscribers.SignIn{desk, phone, old, his} {
			must(t, s.BeginSignIn(t.Context(), one))
		}
		must(t, s.SeeSignIn(t.Context(), desk.ID, noon.Add(time.Hour)))
		must(t, s.SeeSignIn(t.Context(), desk.ID, noon.Add(time.Minute))) // from another node, late
		desk.Seen = noon.Add(time.Hour)
		same(t, "all of hers", got(s.SignInsOf(t.Context(), anne, noon))(t), []subscribers.SignIn{desk, old, phone})
		same(t, "one", got(s.SignIn(t.Context(), desk.ID, noon))(t), desk)

		must(t, s.EndSignIn(t.Context(), bram, phone.ID)) // not his
		same(t, "still hers", got(s.SignIn(t.Context(), phone.ID, noon))(t), phone)
		must(t, s.EndSignIn(t.Context(), anne, phone.ID))
		if _, err := s.SignIn(t.Context(), phone.ID, noon); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("an ended one: got %v", err)
		}
		must(t, s.EndOtherSignIns(t.Context(), anne, desk.ID))
		same(t, "what is left", got(s.SignInsOf(t.Context(), anne, noon))(t), []subscribers.SignIn{desk})
		same(t, "his", got(s.SignInsOf(t.Context(), bram, noon))(t), []subscribers.SignIn{his})
	})
}

func TestSignInsEndByThemselves(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anne := subscribers.NewMemberID()
		one := newSignIn(anne, "Firefox, Windows", noon)
		must(t, s.BeginSignIn(t.Context(), one))
		if _, err := s.SignIn(t.Context(), one.ID, one.Expires); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("one that is over: got %v", err)
		}
		if over := got(s.SignInsOf(t.Context(), anne, one.Expires))(t); len(over) > 0 {
			t.Errorf("listed: %v", over)
		}
	})
}
