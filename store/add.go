package store

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/channels"
	"relais/subscribers"
)

// Add writes new entries. An entry ForMember goes to the approval that first
// added the person for this message revision; for any other approval, or where
// another entry has the same (About, Revision, Channel, Hash), it is written
// as Suppressed with ReasonDuplicate instead. An entry that comes Suppressed
// makes no claim on the person: another partnership may still reach them. Who
// waits, for the digest of one partnership or the end of its quiet hours, goes
// over to one that sends sooner; and so does a person to whom all deliveries of
// the approval that claimed them came to nothing.
//
// Add returns the ids of entries that stand as duplicates, in their order; the
// same ones when it is repeated. An id that exists is left as it is.
func (s *Store) Add(ctx context.Context, entries []subscribers.Entry) (duplicates []channels.DeliveryID, err error) {
	err = s.write(ctx, "add deliveries", func(t *tx) error {
		duplicates, err = addEntries(ctx, t, entries)
		return err
	})
	return duplicates, err
}

// addEntries is Add within a transaction.
func addEntries(ctx context.Context, t *tx, entries []subscribers.Entry) ([]channels.DeliveryID, error) {
	_, duplicates, err := beginEntries(ctx, t, entries, calls{})
	return duplicates, err
}

// beginEntries is Begin within a transaction.
func beginEntries(ctx context.Context, t *tx, entries []subscribers.Entry, now calls) (begun, duplicates []channels.DeliveryID, err error) {
	// All nodes lock in the order of ids, so that none waits in a circle.
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, byID)
	if err := withoutStopped(ctx, t, sorted); err != nil {
		return nil, nil, err
	}
	ours, err := claimRecipients(ctx, t, sorted)
	if err != nil {
		return nil, nil, err
	}
	if err := takeFromLater(ctx, t, sorted, ours); err != nil {
		return nil, nil, err
	}
	if err := replaceOlder(ctx, t, sorted); err != nil {
		return nil, nil, err
	}
	fresh := make([]subscribers.Entry, 0, len(sorted))
	var refused []subscribers.Entry
	for _, e := range sorted {
		if claims(e) && !ours[recipientOf(e)] {
			refused = append(refused, e)
		} else {
			fresh = append(fresh, e)
		}
	}
	doubtful, err := doubted(ctx, t, fresh)
	if err != nil {
		return nil, nil, err
	}
	now.begin(fresh, doubtful)
	written, err := insertEntries(ctx, t, fresh)
	if err != nil {
		return nil, nil, err
	}
	calling := make(map[channels.DeliveryID]bool)
	for _, e := range fresh {
		switch {
		case !written[e.ID]:
			refused = append(refused, e)
		case e.State == channels.Calling:
			calling[e.ID] = true
		}
	}
	if err := doubt(ctx, t, doubtful); err != nil {
		return nil, nil, err
	}
	duplicate, err := insertDuplicates(ctx, t, refused)
	return inOrder(entries, calling), inOrder(entries, duplicate), err
}

// recipient is one person to whom one message revision is owed, by one approval.
type recipient struct {
	message  uuid.UUID
	revision int
	member   subscribers.MemberID
	approval subscribers.ApprovalID
}

func recipientOf(e subscribers.Entry) recipient {
	return recipient{e.About, e.Revision, e.Member, e.Approval}
}

// claims says whether an entry claims its person for its approval.
func claims(e subscribers.Entry) bool {
	return e.Purpose == channels.ForMember && e.State != channels.Suppressed
}

// claimRecipients asks for each person in the name of the entry's approval,
// and says who is that approval's: since now, or since an earlier Add.
func claimRecipients(ctx context.Context, t *tx, entries []subscribers.Entry) (map[recipient]bool, error) {
	var asked []recipient
	for _, e := range entries {
		if claims(e) {
			asked = append(asked, recipientOf(e))
		}
	}
	slices.SortFunc(asked, recipient.compare)
	asked = slices.Compact(asked)
	ours := make(map[recipient]bool, len(asked))
	for _, owed := range partsBy(asked, (*recipient).owing) {
		// The update counts only where the person is ours already, or nobody's any more.
		err := t.forWanted(ctx, bytesOf(owed.items, func(r *recipient) []byte { return r.member.UUID[:] }), func(r row) error {
			who := owed.key
			err := r.Scan(asID{(*[16]byte)(&who.member.UUID)})
			ours[who] = true
			return err
		}, `INSERT INTO recipients (message, revision, approval, member) SELECT $2, $3, $4, w.id FROM wanted w WHERE true
			ON CONFLICT (message, member, revision) DO UPDATE SET approval = excluded.approval
			WHERE recipients.approval = excluded.approval OR `+cameToNothing+` RETURNING member`,
			owed.key.message[:], owed.key.revision, owed.key.approval.UUID[:])
		if err != nil {
			return nil, err
		}
	}
	return ours, nil
}

// owing leaves out to whom.
func (a *recipient) owing() recipient {
	all := *a
	all.member = subscribers.MemberID{}
	return all
}

func (a recipient) compare(b recipient) int {
	return cmp.Or(
		bytes.Compare(a.message[:], b.message[:]),
		bytes.Compare(a.member.UUID[:], b.member.UUID[:]),
		cmp.Compare(a.revision, b.revision),
		bytes.Compare(a.approval.UUID[:], b.approval.UUID[:]))
}

// insertDuplicates writes entries as suppressed unless their id exists, and
// returns those that stand as duplicates.
func insertDuplicates(ctx context.Context, t *tx, entries []subscribers.Entry) (map[channels.DeliveryID]bool, error) {
	ids := make([]channels.DeliveryID, len(entries))
	suppressed := slices.Clone(entries)
	slices.SortFunc(suppressed, byID)
	for i, e := range suppressed {
		e.State, e.Reason, e.Attempt, e.NextAt, e.FinalAt = channels.Suppressed, channels.ReasonDuplicate, 0, time.Time{}, e.CreatedAt
		suppressed[i], ids[i] = e, e.ID
	}
	if _, err := insertEntries(ctx, t, suppressed); err != nil {
		return nil, err
	}
	standing := make(map[channels.DeliveryID]bool)
	err := t.forWanted(ctx, deliveryBytes(ids), func(r row) error {
		var n int
		err := r.Scan(&n)
		standing[ids[n]] = true
		return err
	}, `SELECT w.n FROM wanted w CROSS JOIN deliveries d WHERE d.id = w.id AND d.state = 'suppressed' AND d.reason = 'duplicate'`)
	return standing, err
}

func byID(a, b subscribers.Entry) int { return bytes.Compare(a.ID.UUID[:], b.ID.UUID[:]) }

// inOrder lists the marked ids in the order of entries.
func inOrder(entries []subscribers.Entry, marked map[channels.DeliveryID]bool) []channels.DeliveryID {
	var ids []channels.DeliveryID
	for _, e := range entries {
		if marked[e.ID] {
			ids = append(ids, e.ID)
		}
	}
	return ids
}
