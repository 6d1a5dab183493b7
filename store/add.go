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
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, byID)
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
	revision
	member subscribers.MemberID
}

type revision struct {
	message uuid.UUID
	number  int
}

func recipientOf(e subscribers.Entry) recipient {
	return recipient{revision{e.About, e.Revision}, e.Member}
}

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
	won, err := t.each(ctx, `INSERT INTO recipients (message, member, revision, approval) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, len(asked), func(i int) []any {
		approval := owners[asked[i]]
		return []any{asked[i].message[:], asked[i].member.UUID[:], asked[i].number, approval.UUID[:]}
	})
	if err != nil {
		return nil, err
	}
	lost := make(map[revision][]subscribers.MemberID)
	for i, who := range asked {
		if !won[i] {
			lost[who.revision] = append(lost[who.revision], who.member)
		}
	}
	return owners, readOwners(ctx, t, lost, owners)
}

// readOwners finds out to whom people belong who were somebody's already.
func readOwners(ctx context.Context, t *tx, lost map[revision][]subscribers.MemberID, owners map[recipient]subscribers.ApprovalID) error {
	for of, members := range lost {
		err := t.forWanted(ctx, memberBytes(members), func(r row) error {
			var n int
			var owner subscribers.ApprovalID
			err := r.Scan(&n, asID{(*[16]byte)(&owner.UUID)})
			owners[recipient{of, members[n]}] = owner
			return err
		}, `SELECT w.n, r.approval FROM wanted w CROSS JOIN recipients r
			WHERE r.member = w.id AND r.message = $2 AND r.revision = $3`, of.message[:], of.number)
		if err != nil {
			return err
		}
	}
	return nil
}

func (a recipient) compare(b recipient) int {
	return cmp.Or(
		bytes.Compare(a.message[:], b.message[:]),
		bytes.Compare(a.member.UUID[:], b.member.UUID[:]),
		cmp.Compare(a.number, b.number))
}

// insertEntries returns the ids that were written, that is whose id and key were free.
func insertEntries(ctx context.Context, t *tx, entries []subscribers.Entry) (map[channels.DeliveryID]bool, error) {
	inserted, err := t.each(ctx, insertEntry, len(entries), func(i int) []any { return entryArgs(entries[i]) })
	written := make(map[channels.DeliveryID]bool, len(entries))
	for i, e := range entries {
		if inserted[i] {
			written[e.ID] = true
		}
	}
	return written, err
}

// insertDuplicates writes entries as suppressed unless their id exists, and
// returns those that stand as duplicates.
func insertDuplicates(ctx context.Context, t *tx, entries []subscribers.Entry) (map[channels.DeliveryID]bool, error) {
	ids := make([]channels.DeliveryID, len(entries))
	suppressed := slices.Clone(entries)
	slices.SortFunc(suppressed, byID)
	for i, e := range suppressed {
		e.State, e.Reason, e.NextAt, e.FinalAt = channels.Suppressed, channels.ReasonDuplicate, time.Time{}, e.CreatedAt
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
