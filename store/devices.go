package store

import (
	"context"
	"slices"

	"relais/channels"
	"relais/subscribers"
)

// fallbacks returns the entries that follow from those that failed, or of which
// the provider says nothing. A person may have several addresses on one channel,
// as a phone and a tablet; the next channel is for those whom none of them has
// reached, or still may.
func fallbacks(ctx context.Context, t *tx, outcomes []subscribers.Outcome) ([]subscribers.Entry, error) {
	failed := slices.DeleteFunc(slices.Clone(outcomes), func(o subscribers.Outcome) bool { return len(o.Then) == 0 })
	if err := lockRecipients(ctx, t, failed); err != nil {
		return nil, err
	}
	reached, err := reachedElsewhere(ctx, t, failed)
	if err != nil {
		return nil, err
	}
	var then []subscribers.Entry
	var gone []subscribers.Outcome
	for _, o := range failed {
		if !reached[o.ID] {
			then, gone = append(then, o.Then...), append(gone, o)
		}
	}
	return then, handOver(ctx, t, gone)
}

// handOver takes the next channels from the addresses of a person who has gone
// on to them: one that is reported later, or is silent too, has none left.
func handOver(ctx context.Context, t *tx, gone []subscribers.Outcome) error {
	_, err := t.each(ctx, `UPDATE deliveries SET rest = '' WHERE state = 'accepted' AND rest <> ''
		AND (approval, member, purpose, about, channel) IN (
			SELECT d.approval, d.member, d.purpose, d.about, d.channel FROM deliveries d WHERE d.id = $1)`,
		len(gone), func(i int) []any { return []any{gone[i].ID.UUID[:]} })
	return err
}

// lockRecipients makes the failures of one person's addresses come one after
// the other: of two at the same moment, each would take the other for under way.
func lockRecipients(ctx context.Context, t *tx, failed []subscribers.Outcome) error {
	people := make([]recipient, len(failed))
	for i, o := range failed {
		people[i] = recipientOf(o.Then[0])
	}
	slices.SortFunc(people, recipient.compare)
	people = slices.Compact(people)
	_, err := t.each(ctx, `UPDATE recipients SET approval = approval WHERE message = $1 AND member = $2 AND revision = $3`,
		len(people), func(i int) []any {
			return []any{people[i].message[:], people[i].member.UUID[:], people[i].revision}
		})
	return err
}

// reachedElsewhere says of which deliveries the same person has another one on
// the same channel that arrived, or is under way. What the provider took and has
// said nothing of for too long is neither.
func reachedElsewhere(ctx context.Context, t *tx, failed []subscribers.Outcome) (map[channels.DeliveryID]bool, error) {
	ids := make([]channels.DeliveryID, len(failed))
	for i, o := range failed {
		ids[i] = o.ID
	}
	reached := make(map[channels.DeliveryID]bool)
	err := t.forWanted(ctx, deliveryBytes(ids), func(r row) error {
		var n int
		var silentAt int64 // 0: it is not
		err := r.Scan(&n, &silentAt)
		if silentAt == 0 || silentAt > millis(failed[n].At) {
			reached[ids[n]] = true
		}
		return err
	}, `SELECT w.n, CASE WHEN o.state = 'accepted' AND o.awaits = 1 AND o.patience > 0 THEN o.accepted_at + o.patience ELSE 0 END FROM wanted w CROSS JOIN deliveries d CROSS JOIN deliveries o WHERE d.id = w.id
		AND o.approval = d.approval AND o.member = d.member AND o.about = d.about AND o.revision = d.revision
		AND o.purpose = d.purpose AND o.channel = d.channel AND o.id <> d.id
		AND o.state NOT IN ('failed', 'expired', 'suppressed')`)
	return reached, err
}
