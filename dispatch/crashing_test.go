package dispatch_test

import (
	"context"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// crashingLedger dies before or after a write, as a node does.
type crashingLedger struct {
	*store.Store
	w *world
}

func (l *crashingLedger) around(write func() error) error {
	if l.w.chance(l.w.faults.crashBefore) {
		return errCrash
	}
	if err := write(); err != nil {
		return err
	}
	if l.w.chance(l.w.faults.crashAfter) {
		return errCrash
	}
	return nil
}

func (l *crashingLedger) Open(ctx context.Context, m broker.Message, at time.Time, a []subscribers.Approval, r []subscribers.RoutingRefusal, e []subscribers.Entry) error {
	return l.around(func() error { return l.Store.Open(ctx, m, at, a, r, e) })
}

func (l *crashingLedger) Move(ctx context.Context, before, after subscribers.Approval, e []subscribers.Entry, services []subscribers.ServiceMessage) (moved bool, err error) {
	err = l.around(func() error { moved, err = l.Store.Move(ctx, before, after, e, services); return err })
	return moved, err
}

func (l *crashingLedger) Recall(ctx context.Context, m broker.Message, family []broker.MessageID, at time.Time) error {
	return l.around(func() error { return l.Store.Recall(ctx, m, family, at) })
}

func (l *crashingLedger) Add(ctx context.Context, e []subscribers.Entry) (dup []channels.DeliveryID, err error) {
	err = l.around(func() error { dup, err = l.Store.Add(ctx, e); return err })
	return dup, err
}

func (l *crashingLedger) Begin(ctx context.Context, e []subscribers.Entry, on []channels.Name, now time.Time, lease time.Duration) (begun, dup []channels.DeliveryID, err error) {
	err = l.around(func() error { begun, dup, err = l.Store.Begin(ctx, e, on, now, lease); return err })
	return begun, dup, err
}

func (l *crashingLedger) Replace(ctx context.Context, id channels.DeliveryID, e []subscribers.Entry) (dup []channels.DeliveryID, err error) {
	err = l.around(func() error { dup, err = l.Store.Replace(ctx, id, e); return err })
	return dup, err
}

func (l *crashingLedger) Claim(ctx context.Context, ids []channels.DeliveryID, now time.Time, lease time.Duration) (c []subscribers.Claimed, err error) {
	err = l.around(func() error { c, err = l.Store.Claim(ctx, ids, now, lease); return err })
	return c, err
}

func (l *crashingLedger) Record(ctx context.Context, o []subscribers.Outcome) (late []channels.DeliveryID, err error) {
	err = l.around(func() error { late, err = l.Store.Record(ctx, o); return err })
	return late, err
}

func (l *crashingLedger) AddDigests(ctx context.Context, d []subscribers.DigestEntry) (ids []channels.DeliveryID, err error) {
	err = l.around(func() error { ids, err = l.Store.AddDigests(ctx, d); return err })
	return ids, err
}

func (l *crashingLedger) MarkPlanned(ctx context.Context, id subscribers.ApprovalID, at time.Time) error {
	return l.around(func() error { return l.Store.MarkPlanned(ctx, id, at) })
}
