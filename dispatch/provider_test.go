package dispatch_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"relais/channels"
)

// provider takes deliveries, or fails in the ways that providers do. It
// remembers what it really took, and can be asked.
type provider struct {
	w     *world
	mu    sync.Mutex
	taken map[channels.DeliveryID]int
	at    map[channels.DeliveryID]time.Time
	sent  []channels.Delivery
	gone  map[channels.Address]bool // those that do not exist

	reports bool                   // it will say what arrived
	refuses map[channels.Name]bool // the channels on which it refuses our account
	refused int                    // how often it did
	down    map[channels.Name]bool // the channels on which it does not answer
	slow    map[channels.Name]bool // the channels on which it wants fewer calls, for a minute
	calls   int                    // those that it did not answer, or wanted later
}

func (p *provider) Send(_ context.Context, d channels.Delivery) (channels.Receipt, error) {
	w := p.w
	fail := func(class channels.Class) (channels.Receipt, error) {
		return channels.Receipt{}, &channels.SendError{Class: class, Err: errors.New("as the test wants")}
	}
	if p.refuses[channelOf(d)] {
		p.mu.Lock()
		p.refused++
		p.mu.Unlock()
		return channels.Receipt{}, &channels.SendError{Class: channels.Retryable, Code: "20003", Ours: true, Err: errors.New("as the test wants")}
	}
	if down, slow := p.down[channelOf(d)], p.slow[channelOf(d)]; down || slow {
		p.mu.Lock()
		p.calls++
		p.mu.Unlock()
		if slow {
			return channels.Receipt{}, &channels.SendError{Class: channels.Throttled, After: time.Minute, Ours: true, Err: errors.New("as the test wants")}
		}
		return channels.Receipt{}, &channels.SendError{Class: channels.Retryable, Down: true, Err: errors.New("as the test wants")}
	}
	switch {
	case w.chance(w.faults.retryable):
		return fail(channels.Retryable)
	case w.chance(w.faults.gone) && d.Content.Purpose != channels.Service || p.gone[d.To]: // a notice of a closed address closes no other
		return fail(channels.Gone)
	case w.chance(w.faults.cutLost):
		return fail(channels.Ambiguous)
	}
	p.mu.Lock()
	p.taken[d.ID]++
	p.at[d.ID] = w.now
	p.sent = append(p.sent, d)
	p.mu.Unlock()
	if w.chance(w.faults.cutTaken) {
		return fail(channels.Ambiguous)
	}
	return channels.Receipt{Ref: d.ID.String(), Awaits: p.reports, Units: 1}, nil
}

// channelOf knows a delivery's channel by its address.
func channelOf(d channels.Delivery) channels.Name {
	if strings.HasPrefix(d.To.Reveal(), "+") {
		return channels.SMS
	}
	return channels.Email
}

// Find tells the truth about what was taken.
func (p *provider) Find(_ context.Context, d channels.Delivery) (channels.Receipt, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return channels.Receipt{Ref: d.ID.String(), Awaits: p.reports, Units: 1}, p.taken[d.ID] > 0, nil
}
