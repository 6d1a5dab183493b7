package dispatch

import (
	"context"
	"fmt"
	"sync"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// The pauses of a channel whose provider refuses us, from the first to the longest.
const (
	firstRefusal   = 30 * time.Second
	longestRefusal = 15 * time.Minute
)

// refusals knows whether the provider of a channel refuses our account, as after
// a password that was changed. Then nothing is called but one delivery at the end
// of each pause, to see whether it takes us again: failing every member would
// help nobody, and providers block who tries too often. Each node finds out by
// itself.
type refusals struct {
	mu    sync.Mutex
	until time.Time // zero: the provider takes us
	pause time.Duration
	trial bool // one delivery is out to see whether the provider takes us again
	times int  // refusals so far
}

// admits says how many of some deliveries may be called now.
func (r *refusals) admits(n int, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.until.IsZero():
		return n
	case now.Before(r.until):
		return 0
	}
	r.until, r.trial = now.Add(r.pause), true // others wait for what this one brings
	return min(n, 1)
}

// refused notes that the provider refuses us. It says until when nothing is
// called, and whether this is news: calls that were under way say the same.
func (r *refusals) refused(now time.Time) (until time.Time, news bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times++
	if news = r.until.IsZero() || r.trial; news {
		r.pause = min(max(firstRefusal, 2*r.pause), longestRefusal)
		r.until, r.trial = now.Add(r.pause), false
	}
	return r.until, news
}

// count is how often the provider has refused us.
func (r *refusals) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.times
}

// taken notes that the provider takes us, and says whether it did not before.
func (r *refusals) taken() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := !r.until.IsZero()
	r.until, r.pause, r.trial = time.Time{}, 0, false
	return was
}

// refuse is the outcome of a call that the provider refused because of us: what
// is urgent goes on to the plan's next channel, the rest waits, and a person is
// told.
func (s *Sender) refuse(ctx context.Context, c subscribers.Claimed, sendErr *channels.SendError) subscribers.Outcome {
	now := s.Now()
	until, news := s.refusals.refused(now)
	if news && s.Incidents != nil {
		err := s.Incidents.by(s.Outlet.Name).Raise(ctx, subscribers.Incident{
			Kind: subscribers.IncidentRefused, Matter: string(s.Outlet.Name), Texts: subscribers.RefusedTexts(s.Outlet.Name, sendErr.Code),
		})
		if err != nil {
			s.Log.Error("that a provider refuses us cannot be noted", "channel", s.Outlet.Name, "err", err)
		}
	}
	return waitOrGoOn(c.Entry, now, until)
}

func waitOrGoOn(e subscribers.Entry, now, until time.Time) subscribers.Outcome {
	if canGoOn(e) {
		return goingOn(e, now)
	}
	return subscribers.Outcome{ID: e.ID, State: channels.Pending, Reason: channels.Reason(channels.Retryable), At: now, Wait: until, NextAt: until}
}

// canGoOn says whether a delivery must not wait, and has another way.
func canGoOn(e subscribers.Entry) bool { return e.Repeatable && len(e.Rest) > 0 }

func goingOn(e subscribers.Entry, now time.Time) subscribers.Outcome {
	return subscribers.Outcome{ID: e.ID, State: channels.Failed, Reason: channels.ReasonRefused, At: now}
}

// leaveAside takes those deliveries out of a job that are not called while the
// provider refuses us. They stay pending, with no attempt counted; what is urgent
// goes on to the plan's next channel.
func (s *Sender) leaveAside(ctx context.Context, ids []channels.DeliveryID) ([]channels.DeliveryID, error) {
	admitted := s.refusals.admits(len(ids), s.Now())
	if admitted == len(ids) {
		return ids, nil
	}
	aside, err := s.Ledger.Entries(ctx, ids[admitted:])
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	var urgent []channels.DeliveryID
	for _, id := range ids[admitted:] {
		if e, known := aside[id]; known && canGoOn(e) {
			urgent = append(urgent, id)
		}
	}
	claimed, err := s.Ledger.Claim(ctx, urgent, s.Now(), s.Lease)
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	outcomes := make([]subscribers.Outcome, len(claimed))
	for i, c := range claimed {
		outcomes[i] = goingOn(c.Entry, s.Now())
	}
	return ids[:admitted], s.After.Record(ctx, outcomes)
}
