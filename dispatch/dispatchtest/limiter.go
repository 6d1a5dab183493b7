package dispatchtest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/channels"
	"relais/dispatch"
)

// RunLimiter tries what dispatch.Limiter promises. start returns the limiters of
// three nodes, and what lets time go by for them.
func RunLimiter(t *testing.T, start func(t *testing.T) (nodes [3]dispatch.Limiter, pass func(time.Duration))) {
	const perSecond = 50
	fresh := func() channels.Name { return channels.Name(uuid.NewString()) }
	t.Run("three nodes together keep to the rate", func(t *testing.T) {
		nodes, pass := start(t)
		channel, taken := fresh(), 0
		for range 40 { // two seconds
			for _, node := range nodes {
				n, again, err := node.Take(t.Context(), channel, perSecond, 10)
				if err != nil {
					t.Fatal(err)
				}
				if n == 0 && again <= 0 || n > 10 {
					t.Fatalf("took %d, again after %s", n, again)
				}
				taken += n
			}
			pass(50 * time.Millisecond)
		}
		if most := 2*perSecond + dispatch.Burst(perSecond); taken > most || taken < most*7/10 {
			t.Errorf("%d went in two seconds, want at most %d and not much less", taken, most)
		}
	})
	t.Run("a pause holds for all, the longer one", func(t *testing.T) {
		nodes, pass := start(t)
		channel := fresh()
		for i, pause := range []time.Duration{30 * time.Second, 10 * time.Second} {
			if err := nodes[i].Pause(t.Context(), channel, pause); err != nil {
				t.Fatal(err)
			}
		}
		pass(20 * time.Second)
		if left, err := nodes[2].Paused(t.Context(), channel); err != nil || left <= 0 || left > 10*time.Second {
			t.Errorf("got %s, %v, want 10s left", left, err)
		}
		pass(11 * time.Second)
		if left, err := nodes[2].Paused(t.Context(), channel); err != nil || left != 0 {
			t.Errorf("got %s, %v, want no pause", left, err)
		}
	})
}
