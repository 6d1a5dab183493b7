package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// DigestPeople returns at most limit members of a slot's partnership for whom
// anything waits for a digest, whatever the partnership, by id, beginning after
// the given one. Left out is what has expired, what belongs to a partnership
// that the person has left, and to one that is held on the slot's day.
func (s *Store) DigestPeople(ctx context.Context, slot subscribers.Slot, now time.Time, after subscribers.MemberID, limit int) (people []subscribers.DigestPerson, err error) {
	err = s.read(ctx, fmt.Sprintf("read who gets a digest of partnership %s", slot.Partnership), func(t *tx) error {
		people, err = list(ctx, t, scanPerson, `SELECT s.member, m.pause_from, m.pause_until FROM memberships s JOIN members m ON m.id = s.member
			WHERE s.partnership = $1 AND s.left_at = 0 AND s.member > $2 AND EXISTS (
				SELECT 1 FROM deliveries d WHERE d.member = s.member
				AND d.state = 'digested' AND d.digest IS NULL AND d.not_after > $3)
			ORDER BY s.member LIMIT $4`, string(slot.Partnership), after.UUID[:], millis(now), limit)
		if err != nil {
			return err
		}
		return fillItems(ctx, t, slot, people, now)
	})
	return people, err
}

// fillItems reads what waits for each person, ripe or not.
func fillItems(ctx context.Context, t *tx, slot subscribers.Slot, people []subscribers.DigestPerson, now time.Time) error {
	ids := make([]subscribers.MemberID, len(people))
	of := make(map[subscribers.MemberID]*subscribers.DigestPerson, len(people))
	for i := range people {
		ids[i] = people[i].Member
		of[ids[i]] = &people[i]
	}
	return t.forWanted(ctx, memberBytes(ids), func(r row) error {
		var ripe bool
		e, err := scanEntry(longer{r, []any{asFlag{&ripe}}})
		who := of[e.Member]
		switch {
		case err != nil:
			return err
		case ripe:
			who.Items = append(who.Items, e)
		case !slices.Contains(who.Unripe, e.Partnership):
			who.Unripe = append(who.Unripe, e.Partnership)
		}
		return nil
	}, `SELECT `+entryOf("d")+`, CASE WHEN EXISTS (SELECT 1 FROM digest_slots r WHERE r.partnership = d.partnership
				AND r.due_at >= d.created_at AND r.leaves_at <= $3 AND r.held_at = 0) THEN 1 ELSE 0 END
		FROM wanted w CROSS JOIN deliveries d
		JOIN memberships s ON s.partnership = d.partnership AND s.member = d.member AND s.left_at = 0
		LEFT JOIN digest_slots h ON h.partnership = d.partnership AND h.date = $4 AND h.held_at <> 0
		WHERE d.member = w.id AND d.state = 'digested' AND d.digest IS NULL AND d.not_after > $2 AND h.date IS NULL
		ORDER BY w.n, d.created_at, d.id`, millis(now), millis(slot.LeavesAt), slot.Date.String())
}

// Waiting returns what a slot will take of its partnership's messages, oldest
// first, and for how many people: what came before it fell due and is still of
// use when it leaves.
func (s *Store) Waiting(ctx context.Context, slot subscribers.Slot) (items []subscribers.WaitingItem, people int, err error) {
	const from = ` FROM memberships s JOIN deliveries d ON d.member = s.member AND d.partnership = s.partnership
		WHERE s.partnership = $1 AND s.left_at = 0 AND d.state = 'digested' AND d.digest IS NULL AND d.not_after > $2 AND d.created_at <= $3 `
	err = s.read(ctx, fmt.Sprintf("read what waits for the digest of partnership %s", slot.Partnership), func(t *tx) error {
		items, err = list(ctx, t, scanWaiting, `SELECT d.about, d.revision, COUNT(DISTINCT d.member)`+from+`
			GROUP BY d.about, d.revision ORDER BY MIN(d.created_at), d.about`, string(slot.Partnership), millis(slot.LeavesAt), millis(slot.DueAt))
		if err != nil {
			return err
		}
		people, err = one(ctx, t, scanNumber, `SELECT COUNT(DISTINCT d.member)`+from, string(slot.Partnership), millis(slot.LeavesAt), millis(slot.DueAt))
		return err
	})
	return items, people, err
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

// DigestItems returns what each digest holds, oldest first, with the cover note
// under which its partnership sent it. What was withdrawn or has expired since
// the digest was written is not in it any more.
func (s *Store) DigestItems(ctx context.Context, ids []channels.DeliveryID) (items map[channels.DeliveryID][]subscribers.DigestItem, err error) {
	err = s.read(ctx, "read digests", func(t *tx) error {
		items = make(map[channels.DeliveryID][]subscribers.DigestItem, len(ids))
		return t.forWanted(ctx, deliveryBytes(ids), func(r row) error {
			var n int
			item, err := scanItem(r, &n)
			items[ids[n]] = append(items[ids[n]], item)
			return err
		}, `SELECT w.n, d.about, d.revision, d.partnership, COALESCE(a.decided_note, ''),
				COALESCE((SELECT c.note FROM digest_slots c WHERE c.partnership = d.partnership AND c.held_at = 0
					AND c.due_at >= d.created_at AND c.leaves_at <= g.created_at ORDER BY c.due_at DESC LIMIT 1), '')
			FROM wanted w CROSS JOIN deliveries d JOIN deliveries g ON g.id = d.digest LEFT JOIN approvals a ON a.id = d.approval
			WHERE d.digest = w.id AND d.state NOT IN ('suppressed', 'expired') ORDER BY w.n, d.created_at, d.id`)
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
	err = r.Scan(n, asID{(*[16]byte)(&item.Message.UUID)}, &item.Revision, (*string)(&item.Partnership), &item.Note, &item.Cover)
	return item, err
}

func scanWaiting(r row) (item subscribers.WaitingItem, err error) {
	err = r.Scan(asID{(*[16]byte)(&item.Message.UUID)}, &item.Revision, &item.People)
	return item, err
}
