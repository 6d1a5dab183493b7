package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// DigestPeople returns at most limit members of a partnership with entries
// Digested by this partnership and not yet in a digest, by id, beginning after
// the given one; each with all such entries of the person, whatever their
// partnership, whose NotAfter is later than now. Entries of a partnership that
// the person has left are not among them.
func (s *Store) DigestPeople(ctx context.Context, id broker.PartnershipID, now time.Time, after subscribers.MemberID, limit int) (people []subscribers.DigestPerson, err error) {
	err = s.read(ctx, fmt.Sprintf("read who gets a digest of partnership %s", id), func(t *tx) error {
		people, err = list(ctx, t, scanPerson, `SELECT s.member, m.pause_from, m.pause_until FROM memberships s JOIN members m ON m.id = s.member
			WHERE s.partnership = $1 AND s.left_at = 0 AND s.member > $2 AND EXISTS (
				SELECT 1 FROM deliveries d WHERE d.member = s.member AND d.partnership = s.partnership
				AND d.state = 'digested' AND d.digest IS NULL AND d.not_after > $3)
			ORDER BY s.member LIMIT $4`, string(id), after.UUID[:], millis(now), limit)
		if err != nil {
			return err
		}
		return fillItems(ctx, t, people, now)
	})
	return people, err
}

func fillItems(ctx context.Context, t *tx, people []subscribers.DigestPerson, now time.Time) error {
	ids := make([]subscribers.MemberID, len(people))
	of := make(map[subscribers.MemberID]*subscribers.DigestPerson, len(people))
	for i := range people {
		ids[i] = people[i].Member
		of[ids[i]] = &people[i]
	}
	return t.forWanted(ctx, memberBytes(ids), func(r row) error {
		e, err := scanEntry(r)
		if err == nil {
			of[e.Member].Items = append(of[e.Member].Items, e)
		}
		return err
	}, `SELECT `+entryOf("d")+` FROM wanted w CROSS JOIN deliveries d
		JOIN memberships s ON s.partnership = d.partnership AND s.member = d.member AND s.left_at = 0
		WHERE d.member = w.id AND d.state = 'digested' AND d.digest IS NULL AND d.not_after > $2
		ORDER BY w.n, d.created_at, d.id`, millis(now))
}

// AddDigests writes digests and ties their items to them. One whose id or key
// exists is not written, nor one whose items all went out otherwise meanwhile:
// an empty digest is not sent. The ids written are returned, in their order.
func (s *Store) AddDigests(ctx context.Context, digests []subscribers.DigestEntry) (written []channels.DeliveryID, err error) {
	err = s.write(ctx, "add digests", func(t *tx) error {
		full, err := addDigests(ctx, t, digests)
		if err != nil {
			return err
		}
		written = nil
		for _, d := range digests {
			if full[d.ID] {
				written = append(written, d.ID)
			}
		}
		return nil
	})
	return written, err
}

func addDigests(ctx context.Context, t *tx, digests []subscribers.DigestEntry) (map[channels.DeliveryID]bool, error) {
	sorted := slices.SortedFunc(slices.Values(digests), func(a, b subscribers.DigestEntry) int { return bytes.Compare(a.ID.UUID[:], b.ID.UUID[:]) })
	entries := make([]subscribers.Entry, len(sorted))
	for i, d := range sorted {
		entries[i] = d.Entry
	}
	inserted, err := insertEntries(ctx, t, entries)
	if err != nil {
		return nil, err
	}
	full, err := tieItems(ctx, t, sorted, inserted)
	if err != nil {
		return nil, err
	}
	empty := slices.DeleteFunc(entries, func(e subscribers.Entry) bool { return !inserted[e.ID] || full[e.ID] })
	_, err = t.each(ctx, `DELETE FROM deliveries WHERE id = $1`, len(empty),
		func(i int) []any { return []any{empty[i].ID.UUID[:]} })
	return full, err
}

// tieItems returns the digests that hold at least one item.
func tieItems(ctx context.Context, t *tx, digests []subscribers.DigestEntry, inserted map[channels.DeliveryID]bool) (map[channels.DeliveryID]bool, error) {
	type tie struct{ item, digest channels.DeliveryID }
	var ties []tie
	for _, d := range digests {
		for _, item := range d.Items {
			if inserted[d.ID] {
				ties = append(ties, tie{item, d.ID})
			}
		}
	}
	slices.SortFunc(ties, func(a, b tie) int { return bytes.Compare(a.item.UUID[:], b.item.UUID[:]) })
	tied, err := t.each(ctx, `UPDATE deliveries SET digest = $2 WHERE id = $1 AND state = 'digested' AND digest IS NULL`,
		len(ties), func(i int) []any { return []any{ties[i].item.UUID[:], ties[i].digest.UUID[:]} })
	full := make(map[channels.DeliveryID]bool)
	for i, tie := range ties {
		if tied[i] {
			full[tie.digest] = true
		}
	}
	return full, err
}

// DigestItems returns what each digest holds, oldest first. What was withdrawn
// after the digest was written is not in it any more.
func (s *Store) DigestItems(ctx context.Context, ids []channels.DeliveryID) (items map[channels.DeliveryID][]subscribers.DigestItem, err error) {
	err = s.read(ctx, "read digests", func(t *tx) error {
		items = make(map[channels.DeliveryID][]subscribers.DigestItem, len(ids))
		return t.forWanted(ctx, deliveryBytes(ids), func(r row) error {
			var n int
			item, err := scanItem(r, &n)
			items[ids[n]] = append(items[ids[n]], item)
			return err
		}, `SELECT w.n, d.about, d.revision, d.partnership, COALESCE(a.decided_note, '')
			FROM wanted w CROSS JOIN deliveries d LEFT JOIN approvals a ON a.id = d.approval
			WHERE d.digest = w.id AND d.state <> 'suppressed' ORDER BY w.n, d.created_at, d.id`)
	})
	return items, err
}

func scanPerson(r row) (p subscribers.DigestPerson, err error) {
	var pause restRow
	if err := r.Scan(asID{(*[16]byte)(&p.Member.UUID)}, &pause.pauseFrom, &pause.pauseUntil); err != nil {
		return p, err
	}
	rest, err := pause.rest()
	p.Pause = rest.Pause
	return p, err
}

func scanItem(r row, n *int) (item subscribers.DigestItem, err error) {
	err = r.Scan(n, asID{(*[16]byte)(&item.Message.UUID)}, &item.Revision, (*string)(&item.Partnership), &item.Note)
	return item, err
}
