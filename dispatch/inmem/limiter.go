package inmem

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"relais/channels"
	"relais/dispatch"
)

// Limiter implements dispatch.Limiter for one node. It is safe for use from many
// goroutines.
type Limiter struct {
	now func() time.Time

	mu     sync.Mutex
	rates  map[channels.Name]*rate.Limiter
	paused map[channels.Name]time.Time
}

var _ dispatch.Limiter = (*Limiter)(nil)

// NewLimiter returns one that has let nothing go.
func NewLimiter(now func() time.Time) *Limiter {
	return &Limiter{now: now, rates: make(map[channels.Name]*rate.Limiter), paused: make(map[channels.Name]time.Time)}
}

// Take implements dispatch.Limiter. It returns no error.
func (l *Limiter) Take(_ context.Context, channel channels.Name, perSecond, want int) (int, time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rates[channel]
	if r == nil || r.Limit() != rate.Limit(perSecond) {
		r = rate.NewLimiter(rate.Limit(perSecond), dispatch.Burst(perSecond))
		l.rates[channel] = r
	}
	now := l.now()
	tokens := r.TokensAt(now)
	if n := min(want, int(tokens)); n > 0 && r.AllowN(now, n) {
		return n, 0, nil
	}
	missing := max(0, 1-tokens) / float64(perSecond)
	return 0, max(time.Millisecond, time.Duration(missing*float64(time.Second))), nil
}

// Pause implements dispatch.Limiter. It returns no error.
func (l *Limiter) Pause(_ context.Context, channel channels.Name, pause time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := l.now().Add(pause); until.After(l.paused[channel]) {
		l.paused[channel] = until
	}
	return nil
}

// Paused implements dispatch.Limiter. It returns no error.
func (l *Limiter) Paused(_ context.Context, channel channels.Name) (time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, l.paused[channel].Sub(l.now())), nil
}
