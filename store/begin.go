package store

import (
	"context"
	"slices"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// Begin is Add, and Claim of those new entries that are Pending on one of some
// channels: their rows are written once, as Calling, with the first attempt counted
// and NextAt at now+lease. It returns their ids, in the order of entries. What a
// restored backup left in doubt is not begun.
func (s *Store) Begin(ctx context.Context, entries []subscribers.Entry, on []channels.Name, now time.Time, lease time.Duration) (begun, duplicates []channels.DeliveryID, err error) {
	err = s.write(ctx, "begin deliveries", func(t *tx) error {
		begun, duplicates, err = beginEntries(ctx, t, entries, calls{on: on, now: now, until: now.Add(lease)})
		return err
	})
	return begun, duplicates, err
}

// calls says which of new entries are called by who adds them; the zero value: none.
type calls struct {
	on         []channels.Name
	now, until time.Time
}

// begin makes those entries Calling.
func (c calls) begin(entries []subscribers.Entry, doubtful map[subscribers.ApprovalID]bool) {
	for i, e := range entries {
		if e.State == channels.Pending && slices.Contains(c.on, e.Channel) && !e.NotBefore.After(c.now) && !doubtful[e.Approval] {
			entries[i] = e.Begun(c.until)
		}
	}
}
