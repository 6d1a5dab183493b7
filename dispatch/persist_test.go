package dispatch_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/subscribers"
)

// cutOff is a ledger that loses its connection at every first record of a job,
// before or after the rows are written.
type cutOff struct {
	dispatch.Deliveries
	cut     map[channels.DeliveryID]bool
	written bool
}

func (l cutOff) Record(ctx context.Context, outcomes []subscribers.Outcome) ([]channels.DeliveryID, error) {
	if first := outcomes[0].ID; !l.cut[first] {
		l.cut[first] = true
		if l.written {
			if _, err := l.Deliveries.Record(ctx, outcomes); err != nil {
				return nil, err
			}
		}
		return nil, errors.New("connection reset by peer")
	}
	return l.Deliveries.Record(ctx, outcomes)
}

// The database cuts its connections while calls are under way. What the
// providers said is kept and written on a new one: nobody is called again, not
// even where a repeat would show once.
func TestWhatProvidersSaidOutlivesACutConnection(t *testing.T) {
	for name, written := range map[string]bool{"before it is written": false, "after it is written": true} {
		t.Run(name, func(t *testing.T) {
			w := town(t, 1)
			cuts := make(map[channels.DeliveryID]bool)
			for name, sender := range w.senders {
				s := *sender
				s.After.Ledger = cutOff{s.After.Ledger, cuts, written}
				s.Pauses = []time.Duration{time.Millisecond}
				s.Outlet.Find, s.Outlet.Collapses = nil, true // as of mails and pushes
				w.senders[name], w.sweeper.Outlets[name] = dispatch.NewSender(s), s.Outlet
			}
			w.publish(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"home"}})
			w.pass(10*time.Minute, 10*time.Second)
			if len(cuts) == 0 {
				t.Fatal("no connection was cut")
			}
			w.homeHasItOnce()
		})
	}
}

// slowDisk is a ledger whose records wait for others, and give up with their caller.
type slowDisk struct {
	dispatch.Deliveries
	wait time.Duration
}

func (l slowDisk) Record(ctx context.Context, outcomes []subscribers.Outcome) ([]channels.DeliveryID, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(l.wait):
		return l.Deliveries.Record(ctx, outcomes)
	}
}

// The ledger is busy with something else, such as an import, for more than a
// quarter of a lease. What providers said waits for it.
func TestOutcomesWaitForABusyLedger(t *testing.T) {
	w := town(t, 1)
	for name, sender := range w.senders {
		s := *sender
		s.Lease = 800 * time.Millisecond
		s.After.Ledger = slowDisk{s.After.Ledger, s.Lease/4 + 50*time.Millisecond}
		s.Outlet.Find, s.Outlet.Collapses = nil, true
		w.senders[name], w.sweeper.Outlets[name] = dispatch.NewSender(s), s.Outlet
	}
	w.publish(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"home"}})
	w.pass(10*time.Minute, 10*time.Second)
	w.homeHasItOnce()
}
