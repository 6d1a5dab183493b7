package dispatch

import (
	"context"
	"errors"
	"fmt"

	"relais/subscribers"
)

// preview writes to the coordinators of the slots that are about to leave and
// have anything to say. Written twice, a letter is the same rows.
func (d *Digester) preview(ctx context.Context) error {
	const atOnce = 100
	slots, err := d.Ledger.UntoldSlots(ctx, d.Now(), atOnce)
	if err != nil {
		return fmt.Errorf("list digests to come: %w", err)
	}
	var failed []error
	for _, slot := range slots {
		if err := d.show(ctx, slot); err != nil {
			failed = append(failed, fmt.Errorf("show the digest of %s: %w", slot.Partnership, err))
		}
	}
	return errors.Join(failed...)
}

func (d *Digester) show(ctx context.Context, slot subscribers.Slot) error {
	items, _, err := d.Ledger.Waiting(ctx, slot)
	if err != nil || len(items) == 0 {
		return err // an empty infoflash is not sent; what comes before it leaves is shown then
	}
	p, err := d.Directory.Partnership(ctx, slot.Partnership)
	if err != nil {
		return err
	}
	plan, err := d.Directory.Plan(ctx, p.ID, p.PlanVersion)
	if err != nil || plan.Digest.Preview == 0 {
		return err
	}
	approvers, err := d.Directory.Approvers(ctx, p.ID)
	if err != nil {
		return err
	}
	now := d.Now()
	letters := slot.Letters(subscribers.PreviewReaders(approvers, p.Today(now)), d.Channels, now)
	if _, err := d.Ledger.Add(ctx, letters); err != nil {
		return err
	}
	if err := d.Ledger.MarkTold(ctx, slot, now); err != nil {
		return err
	}
	return d.Queue.Entries(ctx, letters)
}
