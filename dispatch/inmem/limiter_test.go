package inmem

import (
	"testing"
	"time"

	"relais/dispatch"
	"relais/dispatch/dispatchtest"
)

func TestLimiter(t *testing.T) {
	dispatchtest.RunLimiter(t, func(*testing.T) ([3]dispatch.Limiter, func(time.Duration)) {
		now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
		l := NewLimiter(func() time.Time { return now })
		return [3]dispatch.Limiter{l, l, l}, func(d time.Duration) { now = now.Add(d) }
	})
}
