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
// makes no claim on the person: another partnership may still reach them.
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
	// All nodes lock in the order of ids, so that none waits in a circle.
	sorted := slices.SortedFunc(slices.Values(entries), func(a, b subscribers.Entry) int { return bytes.Compare(a.ID.UUID[:], b.ID.UUID[:]) })
	owners, err := claimRecipients(ctx, t, sorted)
	if err != nil {
		return nil, err
	}
	var fresh, refused []subscribers.Entry
	for _, e := range sorted {
		if claims(e) && owners[recipientOf(e)] != e.Approval {
			refused = append(refused, e)
		} else {
			fresh = append(fresh, e)
		}
	}
	written, err := insertEntries(ctx, t, fresh)
	if err != nil {
		return nil, err
	}
	for _, e := range fresh {
		if !written[e.ID] {
			refused = append(refused, e)
		}
	}
	duplicate, err := insertDuplicates(ctx, t, refused)
	return inOrder(entries, duplicate), err
}

// recipient is one person to whom one message revision is owed.
type recipient struct {
	message  uuid.UUID
	revision int
	member   subscribers.MemberID
}

func recipientOf(e subscribers.Entry) recipient { return recipient{e.About, e.Revision, e.Member} }

// claims says whether an entry claims its person for its approval.
func claims(e subscribers.Entry) bool {
	return e.Purpose == channels.ForMember && e.State != channels.Suppressed
}

// claimRecipients asks for each person in the name of the entry's approval,
// and returns to whom each belongs.
func claimRecipients(ctx context.Context, t *tx, entries []subscribers.Entry) (map[recipient]subscribers.ApprovalID, error) {
	owners := make(map[recipient]subscribers.ApprovalID)
	var asked []recipient
	for _, e := range entries {
		who := recipientOf(e)
		if _, known := owners[who]; claims(e) && !known {
			owners[who] = e.Approval
			asked = append(asked, who)
		}
	}
	slices.SortFunc(asked, recipient.compare)
	// The update that changes nothing makes the row come back when it is another's.
	err := t.each(ctx, `INSERT INTO recipients (message, member, revision, approval) VALUES ($1, $2, $3, $4)
		ON CONFLICT (message, member, revision) DO UPDATE SET approval = recipients.approval RETURNING approval`,
		len(asked), func(i int) []any {
			who, approval := asked[i], owners[asked[i]]
			return []any{who.message[:], who.member.UUID[:], who.revision, approval.UUID[:]}
		}, func(i int, r row) error {
			var owner subscribers.ApprovalID
			err := r.Scan(asID{(*[16]byte)(&owner.UUID)})
			owners[asked[i]] = owner
			return err
		})
	return owners, err
}

func (a recipient) compare(b recipient) int {
	return cmp.Or(
		bytes.Compare(a.message[:], b.message[:]),
		bytes.Compare(a.member.UUID[:], b.member.UUID[:]),
		cmp.Compare(a.revision, b.revision))
}

// insertEntries returns the ids that were written, that is whose id and key were free.
func insertEntries(ctx context.Context, t *tx, entries []subscribers.Entry) (map[channels.DeliveryID]bool, error) {
	written := make(map[channels.DeliveryID]bool, len(entries))
	err := t.each(ctx, insertEntry, len(entries),
		func(i int) []any { return entryArgs(entries[i]) },
		func(i int, r row) error {
			written[entries[i].ID] = true
			var attempt int
			return r.Scan(&attempt)
		})
	return written, err
}

// insertDuplicates writes entries as suppressed unless their id exists, and
// returns those that stand as duplicates.
func insertDuplicates(ctx context.Context, t *tx, entries []subscribers.Entry) (map[channels.DeliveryID]bool, error) {
	suppressed := make([]subscribers.Entry, len(entries))
	for i, e := range entries {
		e.State, e.Reason, e.NextAt, e.FinalAt = channels.Suppressed, channels.ReasonDuplicate, time.Time{}, e.CreatedAt
		suppressed[i] = e
	}
	slices.SortFunc(suppressed, func(a, b subscribers.Entry) int { return bytes.Compare(a.ID.UUID[:], b.ID.UUID[:]) })
	if _, err := insertEntries(ctx, t, suppressed); err != nil {
		return nil, err
	}
	standing := make(map[channels.DeliveryID]bool)
	err := t.each(ctx, `SELECT attempt FROM deliveries WHERE id = $1 AND state = 'suppressed' AND reason = 'duplicate'`,
		len(suppressed), func(i int) []any { return []any{suppressed[i].ID.UUID[:]} },
		func(i int, r row) error {
			standing[suppressed[i].ID] = true
			var attempt int
			return r.Scan(&attempt)
		})
	return standing, err
}

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
