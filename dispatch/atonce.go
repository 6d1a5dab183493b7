package dispatch

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// pagesAtOnce is how many pages of plans a sender has in hand, of each priority:
// while one is called, the outcomes of another are written, and a third waits. They
// are claimed, so that a node that dies leaves no more of them in doubt.
const pagesAtOnce = 3

// placeWithin is how long a plan waits for a place before it queues a page. It
// goes at the pace of a provider that is quicker than that, and ahead of others.
const placeWithin = 300 * time.Millisecond

// places are a sender's room for pages of plans that are called as soon as they are
// written: their rows begin as Calling, no job is queued and nothing is read again.
type places struct {
	taken chan struct{} // one for each page in hand
	slow  atomic.Bool   // who waited last did so in vain: nobody waits until a place is free again
}

func newPlaces() map[broker.Priority]*places {
	all := make(map[broker.Priority]*places)
	for _, p := range broker.Priorities() {
		all[p] = &places{taken: make(chan struct{}, pagesAtOnce)}
	}
	return all
}

// take says whether a place is free now or soon.
func (p *places) take(ctx context.Context, within time.Duration) bool {
	select {
	case p.taken <- struct{}{}:
		p.slow.Store(false)
		return true
	default:
	}
	if within == 0 || p.slow.Load() {
		return false
	}
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case p.taken <- struct{}{}:
		return true
	case <-timer.C:
		p.slow.Store(true)
	case <-ctx.Done():
	}
	return false
}

func (p *places) give() { <-p.taken }

// place takes a place for a page. There is none while calls help nobody: then the
// page is queued, and Handle decides.
func (s *Sender) place(ctx context.Context, p broker.Priority, within time.Duration) bool {
	s.hearOthers(ctx)
	return !s.standstill.stands(s.Now()) && s.places[p].take(ctx, within)
}

// callAtOnce calls a page that has a place, and gives the place back at the end.
// Outcomes that could not be written are in doubt once the lease is over, as those of a
// job are; when the context ends, what was not called waits for another node.
func (s *Sender) callAtOnce(ctx context.Context, p broker.Priority, page batch) {
	defer s.places[p].give()
	defer func() { // as the broker does for a job; what a panic says may hold a text
		if value := recover(); value != nil {
			s.Log.Error("calling a page panicked", "type", fmt.Sprintf("%T", value), "stack", string(debug.Stack()))
		}
	}()
	ctx, step := s.Traces.beginJob(ctx, "send", page.claimed)
	step.count(s.Outlet.Name, len(page.claimed))
	err := s.deliver(ctx, page)
	step.end(err)
	if err != nil {
		s.Log.Error("outcomes cannot be written, their deliveries are in doubt", "channel", s.Outlet.Name, "count", len(page.claimed), "err", err)
	}
}

// Rest waits until no page is in hand.
func (s *Sender) Rest(ctx context.Context) error {
	for priority, p := range s.places {
		for range pagesAtOnce {
			select {
			case p.taken <- struct{}{}:
				defer p.give()
			case <-ctx.Done():
				return fmt.Errorf("wait for the %s pages of channel %s: %w", priority, s.Outlet.Name, ctx.Err())
			}
		}
	}
	return nil
}

// hand is a place that a plan has at a sender, for one page.
type hand struct {
	sender   *Sender
	priority broker.Priority
}

// reserve takes a place for the entries of each channel that are due now, where there is one.
func (p *Planner) reserve(ctx context.Context, entries []subscribers.Entry, within time.Duration) map[channels.Name]hand {
	hands := make(map[channels.Name]hand)
	asked := make(map[channels.Name]bool)
	for _, e := range entries {
		if e.State != channels.Pending || asked[e.Channel] {
			continue
		}
		asked[e.Channel] = true
		if s := p.Senders[e.Channel]; s != nil && s.place(ctx, e.Priority, within) {
			hands[e.Channel] = hand{s, e.Priority}
		}
	}
	return hands
}

// call calls a page, if any of it was begun, and does not wait for the answers.
func (h hand) call(ctx context.Context, page batch) {
	if len(page.claimed) == 0 {
		h.leave()
		return
	}
	go h.sender.callAtOnce(ctx, h.priority, page)
}

func (h hand) leave() { h.sender.places[h.priority].give() }
