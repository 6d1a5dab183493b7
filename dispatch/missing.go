package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"relais/subscribers"
)

// Missing counts the digest slots that the plans owe, that fell due more than
// late ago, and that no row stands for: the tick that writes them does not work.
func (d *Digester) Missing(ctx context.Context, late time.Duration) (int, error) {
	partnerships, err := d.Directory.Partnerships(ctx, "")
	if err != nil {
		return 0, fmt.Errorf("list partnerships: %w", err)
	}
	missing, now := 0, d.Now()
	for _, p := range partnerships {
		plan, err := d.Directory.Plan(ctx, p.ID, p.PlanVersion)
		if err != nil {
			return 0, fmt.Errorf("read plan of %s: %w", p.ID, err)
		}
		for _, slot := range plan.Digest.Slots(p, now.Add(-d.MaxAge), now.Add(-late)) {
			_, err := d.Ledger.Slot(ctx, p.ID, slot.Date)
			switch {
			case errors.Is(err, subscribers.ErrNotFound):
				missing++
			case err != nil:
				return 0, fmt.Errorf("read digest slot of %s: %w", p.ID, err)
			}
		}
	}
	return missing, nil
}
