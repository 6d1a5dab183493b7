package inmem

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"relais/dispatch/dispatchtest"
)

// clock stands still until it is told to go on.
type clock struct{ ns atomic.Int64 }

func (c *clock) now() time.Time       { return time.Unix(0, c.ns.Load()) }
func (c *clock) pass(d time.Duration) { c.ns.Add(int64(d)) }

func newStopped() (*Seen, *clock) {
	c := &clock{}
	return New(c.now), c
}

func claimOne(t *testing.T, s *Seen, i int) {
	t.Helper()
	if _, err := s.Claim(t.Context(), "a", []string{strconv.Itoa(i)}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

func TestSeen(t *testing.T) {
	dispatchtest.RunSeen(t, func(*testing.T) dispatchtest.SeenUnderTest {
		s, c := newStopped()
		return dispatchtest.SeenUnderTest{Seen: s, Short: time.Second, Pass: c.pass}
	})
}

func TestWhatHasEndedIsForgotten(t *testing.T) {
	s, c := newStopped()
	const open = 2 * purgeFloor // claims of a minute that are open at a time
	for i := range 20 * open {
		claimOne(t, s, i)
		c.pass(time.Minute / open)
	}
	if got := len(s.entries); got > 2*open+1 {
		t.Errorf("%d entries are kept, want at most twice the %d that are open", got, open)
	}
}

func TestABurstIsForgottenLater(t *testing.T) {
	s, c := newStopped()
	const burst = 20 * purgeFloor
	for i := range burst {
		claimOne(t, s, i)
	}
	if got := len(s.entries); got != burst {
		t.Fatalf("%d entries are kept, want %d: none has ended", got, burst)
	}
	c.pass(purgeEvery)
	claimOne(t, s, burst)
	if got := len(s.entries); got != 1 {
		t.Errorf("%d entries are kept after their end, want 1", got)
	}
}

func BenchmarkSeenPerKey(b *testing.B) { dispatchtest.BenchmarkSeen(b, New(time.Now)) }
