package inmem

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"relais/dispatch"
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

// The newest of what is done is known; how many are kept has a bound.
func TestOnlyTheNewestOfWhatIsDoneIsKept(t *testing.T) {
	s := New(time.Now)
	key := func(i int) []string { return []string{strconv.Itoa(i)} }
	const all = 5 * maxDone
	for i := range all {
		if err := s.Done(t.Context(), key(i), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(s.done) + len(s.older); got > 2*maxDone {
		t.Errorf("%d keys are kept, want %d at most", got, 2*maxDone)
	}
	for i, want := range map[int]dispatch.Verdict{all - maxDone: dispatch.Finished, all - 1: dispatch.Finished, 0: dispatch.Claimed} {
		got, err := s.Claim(t.Context(), "node-a", key(i), time.Minute)
		if err != nil || got[0] != want {
			t.Errorf("key %d: got %v, %v, want %s", i, got, err, want)
		}
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
