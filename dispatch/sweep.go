package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// Sweeper repairs every state from the ledger's rows alone: deadlines, retries,
// lost jobs, calls whose node died, reports that came early. No timer lives in
// memory. Any number of nodes may sweep at once.
type Sweeper struct {
	Directory Directory
	Ledger    Ledger
	Approver  *Approver
	Planner   *Planner
	Cases     *Cases // nil: none are kept
	Queue     Queue
	After     Aftermath
	Script    *Script
	Outlets   map[channels.Name]Outlet
	Lease     time.Duration // how long what one sweep took stays its own
	Now       func() time.Time
	Log       *slog.Logger
}

const (
	sweepBatch   = 500
	announceLate = 5 * time.Second // a granted approval should have been planned by then
	parkedFor    = 5 * time.Minute // DESIGN: reports that come early wait this long
)

// Sweep does one round. What fails does not keep the rest from being swept.
func (s *Sweeper) Sweep(ctx context.Context) error {
	return errors.Join(s.approvals(ctx), s.unplanned(ctx), s.deliveries(ctx), s.parked(ctx), s.closures(ctx), s.cases(ctx))
}

func (s *Sweeper) cases(ctx context.Context) error {
	if s.Cases == nil {
		return nil
	}
	return s.Cases.Sweep(ctx)
}

func (s *Sweeper) approvals(ctx context.Context) error {
	overdue, err := s.Ledger.OverdueApprovals(ctx, s.Now(), sweepBatch)
	if err != nil {
		return fmt.Errorf("list overdue approvals: %w", err)
	}
	for _, a := range overdue {
		if err := s.Approver.Climb(ctx, a.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweeper) unplanned(ctx context.Context) error {
	late, err := s.Ledger.UnplannedApprovals(ctx, s.Now().Add(-announceLate), sweepBatch)
	if err != nil {
		return fmt.Errorf("list unplanned approvals: %w", err)
	}
	for _, a := range late {
		if err := s.Queue.Granted(ctx, a.ID, subscribers.MemberID{}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweeper) deliveries(ctx context.Context) error {
	due, err := s.Ledger.Due(ctx, s.Now(), s.Lease, sweepBatch)
	if err != nil {
		return fmt.Errorf("list due deliveries: %w", err)
	}
	due, failed := s.standbys(ctx, due)
	waiting, due := s.waiting(ctx, due)
	var outcomes []subscribers.Outcome
	var queue []subscribers.Entry
	for _, c := range due {
		outcome, again := s.next(ctx, c, waiting)
		if outcome.State != "" {
			outcomes = append(outcomes, outcome)
		}
		if again {
			c.State = channels.Pending
			queue = append(queue, c.Entry)
		}
	}
	if err := s.After.Record(ctx, outcomes); err != nil {
		return errors.Join(failed, err)
	}
	return errors.Join(failed, s.Queue.Entries(ctx, queue))
}

// next says what becomes of an entry whose time has come: its new state if it
// gets one, and whether it is queued. Those that must wait on are in waiting.
func (s *Sweeper) next(ctx context.Context, c subscribers.Claimed, waiting map[channels.DeliveryID]time.Time) (subscribers.Outcome, bool) {
	now := s.Now()
	o := subscribers.Outcome{ID: c.ID, At: now}
	if over := !now.Before(c.NotAfter); over && c.State == channels.Unknown {
		o.State, o.Reason = channels.Failed, channels.Reason(channels.Ambiguous) // nobody will know any more
		return o, false
	} else if over && c.State != channels.Calling && c.State.CanBecome(channels.Expired) {
		o.State = channels.Expired
		return o, false
	}
	switch c.State {
	case channels.Pending:
		return subscribers.Outcome{}, !now.Before(c.NotBefore)
	case channels.Held:
		until, waits := waiting[c.ID]
		o = release(c, until, waits, now)
		return o, o.State == channels.Pending
	case channels.Calling:
		// Its node died, took longer than the lease, or has another clock than ours
		// and is calling at this very moment: it gets the time to say so.
		o.State, o.NextAt = channels.Unknown, now.Add(reconcileAfter)
		return o, false
	case channels.Unknown:
		return s.reconcile(ctx, c)
	case channels.Accepted:
		return silence(c, now), false
	}
	return subscribers.Outcome{}, false
}

// reconcile settles a call of which nobody knows whether the provider took it.
func (s *Sweeper) reconcile(ctx context.Context, c subscribers.Claimed) (subscribers.Outcome, bool) {
	now := s.Now()
	again := subscribers.Outcome{ID: c.ID, State: channels.Pending, At: now, NextAt: now.Add(subscribers.Requeue)}
	wait := subscribers.Outcome{ID: c.ID, State: channels.Unknown, At: now, NextAt: c.NotAfter}
	outlet := s.Outlets[c.Channel]
	if outlet.Find != nil {
		receipt, found, err := s.find(ctx, outlet.Find, c)
		switch {
		case err != nil:
			s.Log.Warn("provider cannot be asked, delivery stays unknown", "delivery", c.ID, "channel", c.Channel, "err", err)
			wait.NextAt = now.Add(time.Minute)
			return wait, false
		case found:
			return outlet.taken(c.Entry, receipt, now), false
		}
		return again, true
	}
	if outlet.Collapses || c.Repeatable {
		return again, true
	}
	s.Log.Warn("delivery stays unknown: it is not repeated, for it may have arrived", "delivery", c.ID, "channel", c.Channel)
	return wait, false
}

func (s *Sweeper) find(ctx context.Context, f Finder, c subscribers.Claimed) (channels.Receipt, bool, error) {
	contents, err := s.Script.Contents(ctx, []subscribers.Claimed{c}, nil)
	if err != nil {
		return channels.Receipt{}, false, err
	}
	return f.Find(ctx, channels.Delivery{
		ID: c.ID, Attempt: c.Attempt, To: c.Contact.Address, Content: contents[c.ID],
		Links: s.Script.Links(c.Entry), Priority: c.Priority, NotAfter: c.NotAfter,
		Since: later(c.CreatedAt, c.NotBefore),
	})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (s *Sweeper) parked(ctx context.Context) error {
	reports, err := s.Ledger.Parked(ctx, s.Now())
	if err != nil {
		return fmt.Errorf("list parked reports: %w", err)
	}
	young := reports[:0]
	for _, r := range reports {
		if s.Now().Sub(r.At) > parkedFor {
			s.Log.Warn("report for an unknown delivery dropped", "delivery", r.Delivery, "state", r.State)
			continue
		}
		young = append(young, r)
	}
	return s.After.Apply(ctx, young)
}
