package store_test

import (
	"testing"
	"time"

	"relais/store"
)

// Where database and test are on one machine, their clocks are one.
func TestClock(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		before := time.Now()
		there, here, err := s.Clock(t.Context())
		must(t, err)
		if apart := there.Sub(here).Abs(); apart > time.Minute {
			t.Errorf("the clocks are %s apart", apart)
		}
		if here.Before(before) || here.After(time.Now()) {
			t.Errorf("it asked from %s on, and says that it was %s", before, here)
		}
	})
}
