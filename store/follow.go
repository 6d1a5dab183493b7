package store

import (
	"context"

	"relais/channels"
	"relais/subscribers"
)

// follow moves the items of digests along when their digest is accepted,
// delivered, failed or expired. Where one that failed goes on to another
// channel, they go into that one. An item that awaits no sweep of its own, for
// the digest is swept. When a digest is suppressed, because its person left
// the partnership or closed the address, the items of that partnership go with
// it and those of the person's others wait for the next digest.
func follow(ctx context.Context, t *tx, outcomes []subscribers.Outcome) error {
	digests, err := digestsAmong(ctx, t, outcomes)
	if err != nil {
		return err
	}
	var moved, suppressed, goesOn []digestOutcome
	for _, d := range digests {
		switch {
		case d.State == channels.Failed && len(d.Then) > 0:
			goesOn = append(goesOn, d)
		case d.State == channels.Suppressed:
			suppressed = append(suppressed, d)
		case channels.Digested.CanBecome(d.State):
			moved = append(moved, d)
		}
	}
	if err := moveItems(ctx, t, moved, "", ""); err != nil {
		return err
	}
	if err := moveItems(ctx, t, suppressed, "apart = 1,", "AND partnership = $8"); err != nil {
		return err
	}
	if err := passItems(ctx, t, goesOn); err != nil {
		return err
	}
	return releaseItems(ctx, t, suppressed)
}

// passItems puts the items of digests that failed into those that follow them,
// also what the provider took and could not deliver.
func passItems(ctx context.Context, t *tx, digests []digestOutcome) error {
	_, err := t.each(ctx, `UPDATE deliveries SET digest = $2, state = 'digested', reason = '', awaits = 0, accepted_at = 0, final_at = 0, next_at = not_after
		WHERE digest = $1 AND state IN ('digested', 'accepted') AND EXISTS (SELECT 1 FROM deliveries g WHERE g.id = $2 AND g.state = 'pending')`,
		len(digests), func(i int) []any { return []any{digests[i].ID.UUID[:], digests[i].Then[0].ID.UUID[:]} })
	return err
}

// digestOutcome is what became of a digest, and the partnership that it is of.
type digestOutcome struct {
	subscribers.Outcome
	partnership string
}

// digestsAmong finds digests by their items, for most outcomes are of deliveries
// that nothing goes out in: the index of items has none of these.
func digestsAmong(ctx context.Context, t *tx, outcomes []subscribers.Outcome) ([]digestOutcome, error) {
	ids := make([]channels.DeliveryID, len(outcomes))
	for i, o := range outcomes {
		ids[i] = o.ID
	}
	var found []digestOutcome
	err := t.forWanted(ctx, deliveryBytes(ids), func(r row) error {
		var n int
		var d digestOutcome
		err := r.Scan(&n, &d.partnership)
		d.Outcome = outcomes[n]
		found = append(found, d)
		return err
	}, `SELECT w.n, d.partnership FROM wanted w CROSS JOIN deliveries d
		WHERE EXISTS (SELECT 1 FROM deliveries i WHERE i.digest = w.id) AND d.id = w.id ORDER BY w.n`)
	return found, err
}

// moveItems moves every item of each digest, or those that only also names, and
// sets what besides says.
func moveItems(ctx context.Context, t *tx, digests []digestOutcome, besides, only string) error {
	before := statesBefore()
	_, err := t.each(ctx, `UPDATE deliveries SET state = $2, `+besides+` reason = $4, awaits = $5, next_at = 0,
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
		})
	return err
}

func releaseItems(ctx context.Context, t *tx, digests []digestOutcome) error {
	_, err := t.each(ctx, `UPDATE deliveries SET digest = NULL WHERE digest = $1 AND state = 'digested'`,
		len(digests), func(i int) []any { return []any{digests[i].ID.UUID[:]} })
	return err
}
