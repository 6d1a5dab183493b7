package store

import (
	"context"

	"relais/channels"
	"relais/subscribers"
)

// stillWaits holds for an entry that is on no way to its reader yet: it waits
// for a digest, or stands in one that nobody has begun to send.
const stillWaits = `state = 'digested' AND (digest IS NULL
	OR EXISTS (SELECT 1 FROM deliveries g WHERE g.id = deliveries.digest AND g.state = 'pending'))`

// cameToNothing holds for a recipient none of whose deliveries reached them or
// still may: each failed for good, or its member left. What was cancelled, or
// perhaps taken, keeps the person from getting it by another way.
const cameToNothing = `EXISTS (SELECT 1 FROM deliveries o WHERE o.approval = recipients.approval AND o.member = recipients.member AND o.purpose = 'message')
	AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.approval = recipients.approval AND o.member = recipients.member AND o.purpose = 'message'
		AND NOT (o.state = 'failed' AND o.reason <> 'ambiguous' OR o.state = 'suppressed' AND o.reason IN ('left', 'duplicate', 'no-channel')))`

// takeFromLater gives a person to an approval that sends sooner, where another
// one has them wait for a digest, or for the end of quiet hours or a pause: they
// get it sooner, and not again. ours is completed.
func takeFromLater(ctx context.Context, t *tx, entries []subscribers.Entry, ours map[recipient]bool) error {
	var wanted []subscribers.Entry
	seen := make(map[recipient]bool)
	for _, e := range entries {
		if who := recipientOf(e); claims(e) && e.State != channels.Digested && !ours[who] && !seen[who] {
			seen[who] = true
			wanted = append(wanted, e)
		}
	}
	const theirs = `approval = (SELECT r.approval FROM recipients r WHERE r.message = $1 AND r.member = $2 AND r.revision = $3) AND member = $2`
	key := func(i int) []any {
		return []any{wanted[i].About[:], wanted[i].Member.UUID[:], wanted[i].Revision}
	}
	if err := lockDigests(ctx, t, theirs, len(wanted), key); err != nil {
		return err
	}
	taken, err := t.each(ctx, `UPDATE deliveries SET state = 'suppressed', apart = 1, reason = 'duplicate', next_at = 0, final_at = $4
		WHERE `+theirs+` AND (`+stillWaits+` OR state = 'held' AND not_before > $5) AND NOT EXISTS (SELECT 1 FROM deliveries o
			WHERE o.approval = deliveries.approval AND o.member = deliveries.member AND o.purpose = 'message'
			AND o.state IN ('pending', 'calling', 'unknown', 'accepted', 'delivered'))`, len(wanted),
		func(i int) []any { return append(key(i), millis(wanted[i].CreatedAt), millis(wanted[i].NotBefore)) })
	if err != nil {
		return err
	}
	var mine []subscribers.Entry
	for i, e := range wanted {
		if taken[i] {
			mine, ours[recipientOf(e)] = append(mine, e), true
		}
	}
	_, err = t.each(ctx, `UPDATE recipients SET approval = $4 WHERE message = $1 AND member = $2 AND revision = $3`, len(mine),
		func(i int) []any {
			e := mine[i]
			return []any{e.About[:], e.Member.UUID[:], e.Revision, e.Approval.UUID[:]}
		})
	return err
}

// replaceOlder takes earlier revisions of a message out of the digest of those
// who are now owed a newer one.
func replaceOlder(ctx context.Context, t *tx, entries []subscribers.Entry) error {
	var newer []subscribers.Entry
	for _, e := range entries {
		if claims(e) && e.Revision > 1 {
			newer = append(newer, e)
		}
	}
	const older = `approval IN (SELECT a.id FROM approvals a WHERE a.message = $1 AND a.revision < $3) AND member = $2`
	key := func(i int) []any { return []any{newer[i].About[:], newer[i].Member.UUID[:], newer[i].Revision} }
	if err := lockDigests(ctx, t, older, len(newer), key); err != nil {
		return err
	}
	_, err := t.each(ctx, `UPDATE deliveries SET state = 'suppressed', apart = 1, reason = 'cancelled', next_at = 0, final_at = $4
		WHERE `+older+` AND `+stillWaits, len(newer), func(i int) []any { return append(key(i), millis(newer[i].CreatedAt)) })
	return err
}

// lockDigests keeps the digests that hold some entries from being claimed until
// this transaction ends: what is taken out of them must not be read meanwhile.
func lockDigests(ctx context.Context, t *tx, of string, n int, key func(i int) []any) error {
	_, err := t.each(ctx, `UPDATE deliveries SET next_at = next_at WHERE state = 'pending' AND id IN (
		SELECT i.digest FROM deliveries i WHERE i.digest IS NOT NULL AND i.state = 'digested' AND i.`+of+`)`, n, key)
	return err
}
