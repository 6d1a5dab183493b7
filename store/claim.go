package store

import (
	"bytes"
	"context"
	"slices"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// Claim moves those of ids that are Pending and past their NotBefore to
// Calling, counts the attempt, sets NextAt to now+lease, and returns them in
// the order of ids. Of several who ask for an id, one gets it.
func (s *Store) Claim(ctx context.Context, ids []channels.DeliveryID, now time.Time, lease time.Duration) (claimed []subscribers.Claimed, err error) {
	err = s.write(ctx, "claim deliveries", func(t *tx) error {
		ours, err := claimRows(ctx, t, sortedIDs(ids), now, now.Add(lease))
		if err != nil {
			return err
		}
		claimed, err = readClaimed(ctx, t, keepOnce(ids, ours))
		if err != nil {
			return err
		}
		return dropStopped(ctx, t, claimed, now)
	})
	return claimed, err
}

func claimRows(ctx context.Context, t *tx, sorted []channels.DeliveryID, now, until time.Time) (map[channels.DeliveryID]bool, error) {
	ours := make(map[channels.DeliveryID]bool, len(sorted))
	err := t.forWanted(ctx, deliveryBytes(sorted), func(r row) error {
		var id channels.DeliveryID
		err := r.Scan(asID{(*[16]byte)(&id.UUID)})
		ours[id] = true
		return err
	}, `UPDATE deliveries SET state = 'calling', attempt = attempt + 1, next_at = $2 FROM wanted w
		WHERE deliveries.id = w.id AND state = 'pending' AND not_before <= $3 RETURNING deliveries.id`,
		millis(until), millis(now))
	return ours, err
}

// Due returns entries whose NextAt has passed, oldest first, with their
// contacts, and sets their NextAt to now+lease, so that other nodes do not
// take them as well.
func (s *Store) Due(ctx context.Context, now time.Time, lease time.Duration, limit int) (due []subscribers.Claimed, err error) {
	err = s.write(ctx, "take due deliveries", func(t *tx) error {
		waiting, err := list(ctx, t, scanDue, `SELECT id, next_at FROM deliveries
			WHERE next_at > 0 AND next_at <= $1 ORDER BY next_at, id LIMIT $2`, millis(now), limit)
		if err != nil {
			return err
		}
		ours, err := leaseRows(ctx, t, waiting, now.Add(lease))
		if err != nil {
			return err
		}
		var ids []channels.DeliveryID
		for _, w := range waiting {
			if ours[w.id] {
				ids = append(ids, w.id)
			}
		}
		due, err = readClaimed(ctx, t, ids)
		return err
	})
	return due, err
}

// dueRow is an entry that a sweep saw, with the time it saw.
type dueRow struct {
	id   channels.DeliveryID
	next int64
}

// leaseRows moves next_at of those that no other node has moved meanwhile.
func leaseRows(ctx context.Context, t *tx, waiting []dueRow, until time.Time) (map[channels.DeliveryID]bool, error) {
	sorted := slices.SortedFunc(slices.Values(waiting), func(a, b dueRow) int { return bytes.Compare(a.id.UUID[:], b.id.UUID[:]) })
	moved, err := t.each(ctx, `UPDATE deliveries SET next_at = $3 WHERE id = $1 AND next_at = $2`, len(sorted),
		func(i int) []any { return []any{sorted[i].id.UUID[:], sorted[i].next, millis(until)} })
	ours := make(map[channels.DeliveryID]bool, len(sorted))
	for i, w := range sorted {
		ours[w.id] = moved[i]
	}
	return ours, err
}

// readClaimed reads entries in the order of ids, each with what is now true of
// its recipient.
func readClaimed(ctx context.Context, t *tx, ids []channels.DeliveryID) ([]subscribers.Claimed, error) {
	found := make([]subscribers.Claimed, 0, len(ids))
	read := claimedReader()
	err := t.forWanted(ctx, deliveryBytes(ids), func(r row) error {
		c, err := read(r)
		found = append(found, c)
		return err
	}, `SELECT `+entryOf("d")+`,
			COALESCE(c.address, ''), COALESCE(c.consent_at, 0), COALESCE(c.consent_how, ''),
			COALESCE(m.quiet_from, ''), COALESCE(m.quiet_to, ''), COALESCE(m.pause_from, ''), COALESCE(m.pause_until, ''), COALESCE(m.even_urgent, 0),
			CASE WHEN s.member IS NULL AND d.purpose <> 'service' THEN 1 ELSE 0 END,
			CASE WHEN a.id IS NULL OR d.purpose = 'notice' THEN 0 ELSE 1 END
		FROM wanted w CROSS JOIN deliveries d
		LEFT JOIN members m ON m.id = d.member
		LEFT JOIN contacts c ON c.member = d.member AND c.channel = d.channel AND c.hash = d.hash AND c.state = 'active'
		LEFT JOIN memberships s ON s.partnership = d.partnership AND s.member = d.member AND s.left_at = 0
		LEFT JOIN approvals a ON a.id = d.approval AND a.stopped_by IS NOT NULL
		WHERE d.id = w.id ORDER BY w.n`)
	return found, err
}

// claimedReader reads one claimed entry after the other.
func claimedReader() func(row) (subscribers.Claimed, error) {
	var e entryRow
	var c subscribers.Claimed
	var address string
	var wishes restRow
	into := slices.Concat(e.into(), []any{&address, asTime{&c.Contact.Consent.At}, &c.Contact.Consent.How},
		wishes.into(), []any{asFlag{&c.Left}, asFlag{&c.Stopped}})
	return func(r row) (subscribers.Claimed, error) {
		if err := r.Scan(into...); err != nil {
			return subscribers.Claimed{}, err
		}
		found := c
		found.Entry = e.entry()
		if address != "" {
			found.Contact.Channel, found.Contact.Address, found.Contact.State = found.Channel, channels.NewAddress(address), subscribers.ContactActive
		}
		rest, err := wishes.rest()
		found.Wishes = rest
		return found, err
	}
}

func scanDue(r row) (d dueRow, err error) {
	err = r.Scan(asID{(*[16]byte)(&d.id.UUID)}, &d.next)
	return d, err
}

func sortedIDs(ids []channels.DeliveryID) []channels.DeliveryID {
	return slices.SortedFunc(slices.Values(ids), func(a, b channels.DeliveryID) int { return bytes.Compare(a.UUID[:], b.UUID[:]) })
}

// keepOnce lists those of ids that are marked, each once.
func keepOnce(ids []channels.DeliveryID, marked map[channels.DeliveryID]bool) []channels.DeliveryID {
	var kept []channels.DeliveryID
	for _, id := range ids {
		if marked[id] {
			kept = append(kept, id)
			delete(marked, id)
		}
	}
	return kept
}
