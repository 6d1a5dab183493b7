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
//
// Nearly every key is asked about once. Of those it keeps a few bits that only
// say "this was asked about", and seldom err (firsts); a key has a history from
// its second delivery on. So a message to a million people takes five megabytes for
// five minutes, and not two hundred (docs/decisions/0039).
type Breaker struct {
	mu            sync.Mutex
	firsts        []*firsts // oldest first
	again, older  map[dispatch.LikeKey]history
	againTurnedAt time.Time // when again was new
}

// maxAgain is half of how many histories are kept, the newest. A loop through
// more addresses than that goes on for longer.
const maxAgain = 20_000

// history is what was asked about one key, oldest first.
type history []asking

type asking struct {
	id      channels.DeliveryID // zero: one of which only the firsts know
	at      time.Time
	stopped bool
}

var _ dispatch.Breaker = (*Breaker)(nil)

// NewBreaker returns one that has seen nothing.
func NewBreaker() *Breaker { return &Breaker{again: make(map[dispatch.LikeKey]history)} }

// Pass implements dispatch.Breaker. It returns no error.
func (b *Breaker) Pass(_ context.Context, likes []dispatch.Like, now time.Time, limit dispatch.LoopLimit) ([]bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(now, limit.Within)
	passed := make([]bool, len(likes))
	for i, like := range likes {
		passed[i] = b.pass(like, now, limit)
	}
	return passed, nil
}

func (b *Breaker) pass(like dispatch.Like, now time.Time, limit dispatch.LoopLimit) bool {
	before, asked := b.before(like.Key, now.Add(-limit.Within))
	if !asked && limit.Most > 0 {
		b.begin(like, now, limit.Within)
		return true
	}
	for _, a := range before {
		if a.id == like.ID || a.id == (channels.DeliveryID{}) && b.began(like) {
			return !a.stopped
		}
	}
	a := asking{like.ID, now, len(before) >= limit.Most}
	newest := before[max(0, len(before)-max(0, limit.Most-1)):]
	b.keep(like.Key, append(newest, a))
	return !a.stopped
}

// before lists what was asked about a key since a time, the caller's own, and says whether
// anything ever was that is still known.
func (b *Breaker) before(key dispatch.LikeKey, since time.Time) (recent history, asked bool) {
	all, asked := b.again[key]
	if !asked {
		all, asked = b.older[key]
	}
	if asked {
		return slices.DeleteFunc(slices.Clone(all), func(a asking) bool { return !a.at.After(since) }), true
	}
	for _, f := range b.firsts {
		if f.holds(key) {
			return history{{at: f.last}}, true
		}
	}
	return nil, false
}

// begin notes the first delivery with a key.
func (b *Breaker) begin(like dispatch.Like, now time.Time, within time.Duration) {
	f := b.newest()
	if f == nil || f.full() || now.Sub(f.began) >= within/parts {
		f = newFirsts(now, f)
		b.firsts = append(b.firsts, f)
	}
	f.add(like, now)
}

func (b *Breaker) newest() *firsts {
	if len(b.firsts) == 0 {
		return nil
	}
	return b.firsts[len(b.firsts)-1]
}

// began says whether a delivery was the first with its key.
func (b *Breaker) began(like dispatch.Like) bool {
	return slices.ContainsFunc(b.firsts, func(f *firsts) bool { return f.beganWith(like) })
}

func (b *Breaker) keep(key dispatch.LikeKey, h history) {
	if len(b.again) >= maxAgain {
		b.turn(h[len(h)-1].at)
	}
	b.again[key] = h
}

// forget lets go what has come to rest.
func (b *Breaker) forget(now time.Time, within time.Duration) {
	b.firsts = slices.DeleteFunc(b.firsts, func(f *firsts) bool { return !f.last.After(now.Add(-within)) })
	if now.Sub(b.againTurnedAt) >= within {
		b.turn(now)
	}
}

// turn begins a new map, for a map never gives memory back.
func (b *Breaker) turn(now time.Time) {
	b.again, b.older, b.againTurnedAt = make(map[dispatch.LikeKey]history), b.again, now
}
