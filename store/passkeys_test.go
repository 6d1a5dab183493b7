package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/store"
	"relais/subscribers"
)

func newPasskey(of subscribers.MemberID, key string, at time.Time) subscribers.Passkey {
	return subscribers.Passkey{ID: uuid.Must(uuid.NewV7()), Account: of, Key: []byte(key), Name: "Firefox, Windows", Record: `{"id":1}`, Made: at}
}

func TestPasskeys(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anne, bram := subscribers.NewMemberID(), subscribers.NewMemberID()
		phone, desk := newPasskey(anne, "k1", noon), newPasskey(anne, "k2", noon.Add(time.Minute))
		must(t, s.AddPasskey(t.Context(), phone))
		must(t, s.AddPasskey(t.Context(), desk))
		if err := s.AddPasskey(t.Context(), newPasskey(bram, "k1", noon)); !errors.Is(err, subscribers.ErrPasskeyTaken) {
			t.Errorf("somebody else's key: got %v", err)
		}
		must(t, s.UsePasskey(t.Context(), desk.ID, `{"id":2}`, noon.Add(time.Hour)))
		must(t, s.DoubtPasskey(t.Context(), phone.ID, noon.Add(time.Hour)))
		must(t, s.DoubtPasskey(t.Context(), phone.ID, noon.Add(2*time.Hour)))
		desk.Record, desk.Used, phone.Doubted = `{"id":2}`, noon.Add(time.Hour), noon.Add(time.Hour)
		same(t, "hers", got(s.Passkeys(t.Context(), anne))(t), []subscribers.Passkey{phone, desk})
		must(t, s.RemovePasskey(t.Context(), bram, desk.ID)) // not his
		must(t, s.RemovePasskey(t.Context(), anne, phone.ID))
		same(t, "what is left", got(s.Passkeys(t.Context(), anne))(t), []subscribers.Passkey{desk})
	})
}

func TestPasskeysAreFew(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		anne := subscribers.NewMemberID()
		for i := range subscribers.MaxPasskeys {
			must(t, s.AddPasskey(t.Context(), newPasskey(anne, string(rune('a'+i)), noon)))
		}
		if err := s.AddPasskey(t.Context(), newPasskey(anne, "more", noon)); !errors.Is(err, subscribers.ErrPasskeyTaken) {
			t.Errorf("one too many: got %v", err)
		}
	})
}

func TestChallengesAreAnsweredOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		one := subscribers.Challenge{ID: uuid.New(), Record: `{"challenge":"x"}`, Expires: noon.Add(time.Minute)}
		late := subscribers.Challenge{ID: uuid.New(), Record: `{}`, Expires: noon.Add(time.Minute)}
		must(t, s.AddChallenge(t.Context(), one, noon))
		must(t, s.AddChallenge(t.Context(), late, noon))
		var taken atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				switch found, err := s.TakeChallenge(t.Context(), one.ID, noon); {
				case err == nil && found == one:
					taken.Add(1)
				case !errors.Is(err, subscribers.ErrNotFound):
					t.Errorf("got %v, %v", found, err)
				}
			})
		}
		all.Wait()
		same(t, "taken", taken.Load(), int32(1))
		if _, err := s.TakeChallenge(t.Context(), late.ID, late.Expires); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("too late: got %v", err)
		}
	})
}
