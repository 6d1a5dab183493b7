package dispatch

import (
	"context"
	"errors"
	"fmt"

	"relais/channels"
	"relais/subscribers"
)

// standIn looks again at a duplicate: a delivery that was left out because its
// person was to get the message through another partnership. That way has come
// to nothing since, or must wait, and the ledger hands the duplicate out as due.
// It stays one unless this partnership's plan owes the person the message still.
func (p *Planner) standIn(ctx context.Context, c subscribers.Claimed) error {
	o, err := p.occasion(ctx, c.Approval)
	if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
		return err
	}
	over := err != nil || c.Left || c.Stopped || !o.Approval.State.Granted() || !o.Now.Before(c.NotAfter)
	if over || o.Message.Corrects() { // a correction goes where its original went
		_, err := p.Ledger.Record(ctx, []subscribers.Outcome{{ID: c.ID, State: channels.Suppressed, Reason: channels.ReasonDuplicate, At: p.Now()}})
		return err
	}
	m, err := p.Directory.Member(ctx, c.Member)
	if err != nil {
		return fmt.Errorf("read member: %w", err)
	}
	if o.Full, err = p.full(ctx, o, []subscribers.Member{m}); err != nil {
		return err
	}
	entries := o.Owed(m)
	duplicates, err := p.Ledger.Replace(ctx, c.ID, entries)
	if err != nil {
		return fmt.Errorf("replace a duplicate: %w", err)
	}
	return p.Queue.Entries(ctx, without(entries, duplicates))
}

// standbys looks at the duplicates among what is due, and returns the rest.
func (s *Sweeper) standbys(ctx context.Context, due []subscribers.Claimed) ([]subscribers.Claimed, error) {
	var rest []subscribers.Claimed
	var failed []error
	for _, c := range due {
		if c.State != channels.Suppressed {
			rest = append(rest, c)
			continue
		}
		failed = append(failed, s.Planner.standIn(ctx, c))
	}
	return rest, errors.Join(failed...)
}
