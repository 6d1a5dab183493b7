package store

import (
	"context"
	"fmt"

	"relais/broker"
)

// Settled says whether nothing of a message waits for a plan, a call, a report
// or a sweep any more; false as well before it is routed. Unlike Status, which
// counts every row, it asks the index of what is due and stops at the first
// row, so that it may be asked many times a second.
func (s *Store) Settled(ctx context.Context, id broker.MessageID) (settled bool, err error) {
	err = s.read(ctx, fmt.Sprintf("see whether message %s is settled", id), func(t *tx) error {
		open, err := one(ctx, t, scanNumber, `SELECT CASE
			WHEN NOT EXISTS (SELECT 1 FROM approvals WHERE message = $1) THEN 1
			WHEN EXISTS (SELECT 1 FROM approvals WHERE message = $1
				AND (state IN ('pending', 'held', 'questioned') OR state IN ('approved', 'overruled') AND planned = 0)) THEN 1
			WHEN EXISTS (SELECT 1 FROM deliveries WHERE next_at > 0 AND about = $1) THEN 1
			ELSE 0 END`, id.UUID[:])
		settled = open == 0
		return err
	})
	return settled, err
}
