package inmem

import (
	"context"
	"slices"
	"sync"
	"time"

	"relais/channels"
	"relais/dispatch"
)

// Breaker implements dispatch.Breaker. It is safe for use from many goroutines.
type Breaker struct {
	mu      sync.Mutex
	asked   map[dispatch.LikeKey]history
	purgeAt int // how many keys there may be before those at rest go
	purged  time.Time
}

// history is what was asked about one key: nearly always a single delivery.
type history struct {
	last   asking
	before []asking // oldest first
}

type asking struct {
	id      channels.DeliveryID
	at      time.Time
	stopped bool
}

var _ dispatch.Breaker = (*Breaker)(nil)

// NewBreaker returns one that has seen nothing.
func NewBreaker() *Breaker {
	return &Breaker{asked: make(map[dispatch.LikeKey]history), purgeAt: purgeFloor}
}

// Pass implements dispatch.Breaker. It returns no error.
func (b *Breaker) Pass(_ context.Context, likes []dispatch.Like, now time.Time, limit dispatch.LoopLimit) ([]bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	since := now.Add(-limit.Within)
	b.purge(now, since)
	passed := make([]bool, len(likes))
	for i, like := range likes {
		passed[i] = b.pass(like, now, since, limit.Most)
	}
	return passed, nil
}

func (b *Breaker) pass(like dispatch.Like, now, since time.Time, most int) bool {
	before := b.asked[like.Key].since(since)
	for _, a := range before {
		if a.id == like.ID {
			return !a.stopped
		}
	}
	a := asking{like.ID, now, len(before) >= most}
	kept := history{last: a}
	if more := min(len(before), most-1); more > 0 {
		kept.before = slices.Clone(before[len(before)-more:])
	}
	b.asked[like.Key] = kept
	return !a.stopped
}

// since lists what was asked after a time, oldest first.
func (h history) since(t time.Time) []asking {
	if h.last.at.IsZero() {
		return nil
	}
	var recent []asking
	for _, a := range h.before {
		if a.at.After(t) {
			recent = append(recent, a)
		}
	}
	if h.last.at.After(t) {
		recent = append(recent, h.last)
	}
	return recent
}

// purge moves what has not come to rest to a new map, as Seen does.
func (b *Breaker) purge(now, since time.Time) {
	if len(b.asked) < b.purgeAt && now.Sub(b.purged) < purgeEvery {
		return
	}
	kept := make(map[dispatch.LikeKey]history)
	for key, h := range b.asked {
		if h.last.at.After(since) {
			kept[key] = h
		}
	}
	b.asked, b.purged = kept, now
	b.purgeAt = max(purgeFloor, 2*len(kept))
}
