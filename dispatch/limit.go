package dispatch

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"relais/channels"
)

// Limiter shares the rate of each channel among all nodes, and the pause that a
// provider asked for. It may forget; then a channel goes faster for a moment.
type Limiter interface {
	// Take lets at most want calls of a channel go now. In any span of time no
	// more go, over all nodes, than perSecond for each second of it, and Burst on
	// top. If none may go, again says after how long to ask again.
	Take(ctx context.Context, channel channels.Name, perSecond, want int) (taken int, again time.Duration, err error)
	// Pause lets no node call a channel for a while. A shorter pause does not end
	// a longer one.
	Pause(ctx context.Context, channel channels.Name, pause time.Duration) error
	// Paused is how much of a channel's pause is left; 0: it is not paused.
	Paused(ctx context.Context, channel channels.Name) (time.Duration, error)
}

// Burst is how many calls go at once after a rest: what a tenth of a second lets
// go, for providers count each second.
func Burst(perSecond int) int { return max(1, perSecond/10) }

// shareOf is the part of the rate that a node takes for itself while it cannot
// ask: three nodes are the usual number, and more of them are seldom cut off at once.
const shareOf = 3

// Sharing is a Limiter that goes on by itself when the shared one is away: with
// a third of the rate, for nothing must wait for Redis.
type Sharing struct {
	Shared Limiter
	Local  Limiter
	Log    *slog.Logger

	away atomic.Bool
}

var _ Limiter = (*Sharing)(nil)

// Take implements Limiter. It returns no error that Local does not.
func (s *Sharing) Take(ctx context.Context, channel channels.Name, perSecond, want int) (int, time.Duration, error) {
	taken, again, err := s.Shared.Take(ctx, channel, perSecond, want)
	if s.answers(ctx, err) {
		return taken, again, err
	}
	return s.Local.Take(ctx, channel, max(1, perSecond/shareOf), want)
}

// Pause implements Limiter.
func (s *Sharing) Pause(ctx context.Context, channel channels.Name, pause time.Duration) error {
	err := s.Shared.Pause(ctx, channel, pause)
	s.answers(ctx, err)
	return s.Local.Pause(ctx, channel, pause)
}

// Paused implements Limiter: the longer of both pauses.
func (s *Sharing) Paused(ctx context.Context, channel channels.Name) (time.Duration, error) {
	own, err := s.Local.Paused(ctx, channel)
	if err != nil {
		return 0, err
	}
	shared, err := s.Shared.Paused(ctx, channel)
	if !s.answers(ctx, err) {
		shared = 0
	}
	return max(own, shared), nil
}

// answers says whether the shared limiter's word holds, and tells once when it
// goes and when it comes back.
func (s *Sharing) answers(ctx context.Context, err error) bool {
	if err == nil || ctx.Err() != nil {
		if err == nil && s.away.CompareAndSwap(true, false) {
			s.Log.Info("the shared rate limit answers again")
		}
		return true
	}
	if s.away.CompareAndSwap(false, true) {
		s.Log.Warn("the shared rate limit is away, this node takes a third of each rate for itself", "err", err)
	}
	return false
}
