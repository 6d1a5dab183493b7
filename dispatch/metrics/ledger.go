package metrics

import (
	"context"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/subscribers"
)

// Rows is what is counted: the ledger, and what the Planner reads beside it.
type Rows interface {
	dispatch.Ledger
	dispatch.Spendings
}

// Ledger counts the successful writes.
type Ledger struct {
	Rows
	m *Metrics
}

// Count makes it.
func (m *Metrics) Count(rows Rows) *Ledger { return &Ledger{rows, m} }

// Open counts the message, and the approvals that the plan grants.
func (l *Ledger) Open(ctx context.Context, m broker.Message, received time.Time, approvals []subscribers.Approval, refused []subscribers.RoutingRefusal, entries []subscribers.Entry) error {
	err := l.Rows.Open(ctx, m, received, approvals, refused, entries)
	if err != nil {
		return err
	}
	l.m.passed(Published, 1)
	for _, a := range approvals {
		if a.State.Granted() {
			l.m.passed(Approved, 1)
		}
	}
	return nil
}

// Move counts an approval that was granted.
func (l *Ledger) Move(ctx context.Context, before, after subscribers.Approval, entries []subscribers.Entry, services []subscribers.ServiceMessage) (bool, error) {
	moved, err := l.Rows.Move(ctx, before, after, entries, services)
	if moved && err == nil && after.State.Granted() && !before.State.Granted() {
		l.m.passed(Approved, 1)
	}
	return moved, err
}

// Add counts what is owed to members.
func (l *Ledger) Add(ctx context.Context, entries []subscribers.Entry) ([]channels.DeliveryID, error) {
	duplicates, err := l.Rows.Add(ctx, entries)
	if err == nil {
		l.m.passed(Planned, owed(entries)-len(duplicates))
	}
	return duplicates, err
}

// Begin counts what is owed to members, and what is about to be called.
func (l *Ledger) Begin(ctx context.Context, entries []subscribers.Entry, on []channels.Name, now time.Time, lease time.Duration) (begun, duplicates []channels.DeliveryID, err error) {
	begun, duplicates, err = l.Rows.Begin(ctx, entries, on, now, lease)
	if err == nil {
		l.m.passed(Planned, owed(entries)-len(duplicates))
		l.m.passed(Called, len(begun))
	}
	return begun, duplicates, err
}

// owed counts the entries by which something is owed to a member.
func owed(entries []subscribers.Entry) int {
	n := 0
	for _, e := range entries {
		if e.Purpose == channels.ForMember && e.State != channels.Suppressed {
			n++
		}
	}
	return n
}

// Claim counts what is about to be called.
func (l *Ledger) Claim(ctx context.Context, ids []channels.DeliveryID, now time.Time, lease time.Duration) ([]subscribers.Claimed, error) {
	claimed, err := l.Rows.Claim(ctx, ids, now, lease)
	l.m.passed(Called, len(claimed))
	return claimed, err
}

// Record counts what ended. What a provider took is counted where it is called:
// its reports say so a second time.
func (l *Ledger) Record(ctx context.Context, outcomes []subscribers.Outcome) ([]channels.DeliveryID, error) {
	late, err := l.Rows.Record(ctx, outcomes)
	if err != nil {
		return late, err
	}
	tooLate := make(map[channels.DeliveryID]bool, len(late))
	for _, id := range late {
		tooLate[id] = true
	}
	counts := make(map[channels.State]int)
	for _, o := range outcomes {
		if !tooLate[o.ID] {
			counts[o.State]++
		}
	}
	l.m.passed(Delivered, counts[channels.Delivered])
	l.m.passed(Failed, counts[channels.Failed])
	return late, nil
}
