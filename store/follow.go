package store

import (
	"context"

	"relais/channels"
)

// follow moves the items of digests along when their digest is accepted,
// delivered, failed or expired. An item that awaits no sweep of its own, for
// the digest is swept. When a digest is suppressed, because its person left
// the partnership or closed the address, the items of that partnership go with
// it and those of the person's others wait for the next digest.
func follow(ctx context.Context, t *tx, digests []recorded) error {
	var moved, suppressed []recorded
	for _, d := range digests {
		switch {
		case d.purpose != string(channels.Digest):
		case d.State == channels.Suppressed:
			suppressed = append(suppressed, d)
		case channels.Digested.CanBecome(d.State):
			moved = append(moved, d)
		}
	}
	if err := moveItems(ctx, t, moved, ""); err != nil {
		return err
	}
	if err := moveItems(ctx, t, suppressed, "AND partnership = $8"); err != nil {
		return err
	}
	return releaseItems(ctx, t, suppressed)
}

// moveItems moves every item of each digest, or those that only also names.
func moveItems(ctx context.Context, t *tx, digests []recorded, only string) error {
	before := statesBefore()
	return t.each(ctx, `UPDATE deliveries SET state = $2, reason = $4, awaits = $5, next_at = 0,
			accepted_at = CASE WHEN accepted_at = 0 THEN $6 ELSE accepted_at END,
			final_at = CASE WHEN final_at = 0 THEN $7 ELSE final_at END
		WHERE digest = $1 AND ($3 LIKE '%|' || state || '|%' OR state = $2) `+only,
		len(digests), func(i int) []any {
			d := digests[i]
			args := []any{
				d.ID.UUID[:], string(d.State), before[d.State], string(d.Reason),
				flag(d.Awaits), acceptedOf(d.Outcome), finalOf(d.Outcome),
			}
			if only != "" {
				args = append(args, d.partnership)
			}
			return args
		}, nil)
}

func releaseItems(ctx context.Context, t *tx, digests []recorded) error {
	return t.each(ctx, `UPDATE deliveries SET digest = NULL WHERE digest = $1 AND state = 'digested'`,
		len(digests), func(i int) []any { return []any{digests[i].ID.UUID[:]} }, nil)
}
