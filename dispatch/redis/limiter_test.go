package redis

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"relais/dispatch"
	"relais/dispatch/dispatchtest"
)

func TestLimiterOnMiniredis(t *testing.T) {
	dispatchtest.RunLimiter(t, func(t *testing.T) (nodes [3]dispatch.Limiter, pass func(time.Duration)) {
		server := miniredis.RunT(t)
		now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
		server.SetTime(now)
		for i := range nodes {
			nodes[i] = open(t, "redis://"+server.Addr()).Limiter()
		}
		return nodes, func(d time.Duration) {
			now = now.Add(d)
			server.SetTime(now)
			server.FastForward(d)
		}
	})
}
