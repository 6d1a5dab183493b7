package store

import (
	"bytes"
	"context"
	"slices"

	"relais/channels"
	"relais/subscribers"
)

// Record writes outcomes. One whose entry may not become its State
// (channels.State.CanBecome, or CanMiss for one that was Missed), or that
// speaks of another Attempt, changes nothing, and its Then is not written; the
// ids of those are returned, unknown ids included. One that is Uncounted takes
// the attempt back that Claim counted. An outcome that names the
// state the entry is in already updates its Wait, NextAt and Awaits, and its
// Ref if it brings one; its Then is not written either, for the outcome that
// moved the entry wrote it, unless it is Silent. Nor is the Then of one whose
// person another address on the same channel has reached, or still may. Once it
// is written, none of these addresses has a Rest: a person goes on once. The
// items of a digest go along: see follow.
func (s *Store) Record(ctx context.Context, outcomes []subscribers.Outcome) (late []channels.DeliveryID, err error) {
	// All nodes lock in the order of ids, so that none waits in a circle.
	sorted := slices.Clone(outcomes)
	slices.SortStableFunc(sorted, func(a, b subscribers.Outcome) int { return bytes.Compare(a.ID.UUID[:], b.ID.UUID[:]) })
	err = s.write(ctx, "record outcomes", func(t *tx) error {
		moved, rest, err := moveRows(ctx, t, sorted)
		if err != nil {
			return err
		}
		stayed, tooLate, err := updateRows(ctx, t, rest)
		if err != nil {
			return err
		}
		if err := costs(ctx, t, slices.Concat(stayed, tooLate)); err != nil {
			return err
		}
		late = nil
		for _, o := range tooLate {
			late = append(late, o.ID)
		}
		return recordRest(ctx, t, moved, stayed)
	})
	return late, err
}

// recordRest writes what follows from the rows that moved, and from those that stayed.
func recordRest(ctx context.Context, t *tx, moved, stayed []subscribers.Outcome) error {
	if err := closeContacts(ctx, t, moved); err != nil {
		return err
	}
	silent := slices.DeleteFunc(slices.Clone(stayed), func(o subscribers.Outcome) bool { return !o.Silent })
	then, err := fallbacks(ctx, t, slices.Concat(moved, silent))
	if err != nil {
		return err
	}
	if _, err := addEntries(ctx, t, then); err != nil {
		return err
	}
	done := slices.Concat(moved, stayed)
	if err := follow(ctx, t, done); err != nil {
		return err
	}
	return wakeStandbys(ctx, t, done)
}

// moveRows moves the rows that may become their outcome's state, and returns
// the outcomes that did and those that did not. Only those that are suppressed
// touch apart, for the entry in deliveries_once is written anew where it is named.
func moveRows(ctx context.Context, t *tx, outcomes []subscribers.Outcome) (moved, rest []subscribers.Outcome, err error) {
	var suppressed, others []subscribers.Outcome
	for _, o := range outcomes {
		if o.State == channels.Suppressed {
			suppressed = append(suppressed, o)
		} else {
			others = append(others, o)
		}
	}
	apart, restApart, err := moveTo(ctx, t, "apart = 1,", suppressed)
	if err != nil {
		return nil, nil, err
	}
	moved, rest, err = moveTo(ctx, t, "", others)
	return append(moved, apart...), append(rest, restApart...), err
}

func moveTo(ctx context.Context, t *tx, besides string, outcomes []subscribers.Outcome) (moved, rest []subscribers.Outcome, err error) {
	before := statesBefore()
	return recordEach(ctx, t, `UPDATE deliveries SET state = $2, `+besides+` reason = $4,
			ref = CASE WHEN $5 = '' THEN ref ELSE $5 END, awaits = $6,
			not_before = COALESCE($7, not_before), next_at = $8,
			accepted_at = CASE WHEN $11 = 1 THEN 0 WHEN accepted_at = 0 THEN $9 ELSE accepted_at END, final_at = $10,
			missed = missed + $11, attempt = attempt - $15,
			cost = CASE WHEN $11 = 1 THEN 0 WHEN $13 > 0 THEN $13 ELSE cost END, cost_at = CASE WHEN $13 > 0 THEN $14 ELSE cost_at END
		WHERE id = $1 AND $3 LIKE '%|' || state || '|%' AND ($12 = 0 OR attempt = $12)`, outcomes,
		func(o subscribers.Outcome) []any {
			return []any{
				o.ID.UUID[:], string(o.State), movesFrom(o, before), string(o.Reason),
				o.Ref, flag(o.Awaits), waitOf(o), nextOf(o), acceptedOf(o), finalOf(o), flag(o.Missed), o.Attempt,
				int64(o.Cost), millis(o.At), flag(o.Uncounted),
			}
		})
}

// updateRows updates the rows that are in their outcome's state already.
func updateRows(ctx context.Context, t *tx, outcomes []subscribers.Outcome) (stayed, late []subscribers.Outcome, err error) {
	return recordEach(ctx, t, `UPDATE deliveries SET
			ref = CASE WHEN $3 = '' THEN ref ELSE $3 END, awaits = $4,
			not_before = COALESCE($5, not_before), next_at = $6,
			final_at = CASE WHEN final_at = 0 THEN $7 ELSE final_at END
		WHERE id = $1 AND state = $2 AND ($8 = 0 OR attempt = $8)`, outcomes,
		func(o subscribers.Outcome) []any {
			return []any{o.ID.UUID[:], string(o.State), o.Ref, flag(o.Awaits), waitOf(o), nextOf(o), finalOf(o), o.Attempt}
		})
}

// recordEach runs an update for each outcome and parts those whose row it
// changed from the rest.
func recordEach(ctx context.Context, t *tx, update string, outcomes []subscribers.Outcome, args func(subscribers.Outcome) []any) (took, rest []subscribers.Outcome, err error) {
	changed, err := t.each(ctx, update, len(outcomes), func(i int) []any { return args(outcomes[i]) })
	took = make([]subscribers.Outcome, 0, len(outcomes))
	for i, o := range outcomes {
		if changed[i] {
			took = append(took, o)
		} else {
			rest = append(rest, o)
		}
	}
	return took, rest, err
}
