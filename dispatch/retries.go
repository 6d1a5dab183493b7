package dispatch

import (
	"sync"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// The budget of a channel's retries on one node. A provider that fails half of
// its calls would otherwise get as many retries again, when it needs fewer calls.
const (
	retriesPerCall   = 0.2 // what a first attempt earns
	retriesPerSecond = 10  // so that few deliveries are never stuck
	mostRetries      = 500 // saved up at most

	retryLater = time.Second // when one is looked at again that had to wait
)

// retries is a token bucket: a retry costs one.
type retries struct {
	mu     sync.Mutex
	tokens float64
	filled time.Time
}

func newRetries(now time.Time) *retries {
	return &retries{tokens: 10 * retriesPerSecond, filled: now}
}

// allow says whether a delivery may be called now. First attempts always may,
// and so may what is urgent: it is little, and nothing must hold it up. An
// attempt that was missed is none that failed.
func (r *retries) allow(c subscribers.Claimed, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	passed := max(0, now.Sub(r.filled).Seconds())
	r.tokens, r.filled = min(mostRetries, r.tokens+passed*retriesPerSecond), now
	if c.Attempt-c.Missed <= 1 {
		r.tokens = min(mostRetries, r.tokens+retriesPerCall)
		return true
	}
	if r.tokens < 1 {
		return c.Priority == broker.Urgent
	}
	r.tokens--
	return true
}
