package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// entryColumns are the columns of a delivery, in the order of entryRow.into.
const entryColumns = `id, purpose, about, revision, approval, partnership, member, channel, hash, lang, priority,
	state, reason, rest, repeatable, attempt, ref, awaits,
	not_before, next_at, not_after, created_at, accepted_at, final_at, patience, replies, missed`

// entryOf names the columns within a join.
func entryOf(alias string) string {
	return alias + "." + strings.Join(strings.Fields(strings.ReplaceAll(entryColumns, ",", " ")), ", "+alias+".")
}

// entryRow is an entry while its columns are read.
type entryRow struct {
	subscribers.Entry
	purpose, partnership, channel, lang, priority, state, reason, rest string
	patience                                                           int64
}

// into lists the scan targets for entryColumns.
func (e *entryRow) into() []any {
	return []any{
		asID{(*[16]byte)(&e.ID.UUID)}, &e.purpose, asID{(*[16]byte)(&e.About)}, &e.Revision,
		asID{(*[16]byte)(&e.Approval.UUID)}, &e.partnership, asID{(*[16]byte)(&e.Member.UUID)},
		&e.channel, asID{(*[16]byte)(&e.Hash)}, &e.lang, &e.priority,
		&e.state, &e.reason, &e.rest, asFlag{&e.Repeatable}, &e.Attempt, &e.Ref, asFlag{&e.Awaits},
		asTime{&e.NotBefore}, asTime{&e.NextAt}, asTime{&e.NotAfter},
		asTime{&e.CreatedAt}, asTime{&e.AcceptedAt}, asTime{&e.FinalAt},
		&e.patience, asID{(*[16]byte)(&e.Replies.UUID)}, &e.Missed,
	}
}

// entry returns what was read.
func (e *entryRow) entry() subscribers.Entry {
	e.Purpose, e.Partnership = channels.Purpose(e.purpose), broker.PartnershipID(e.partnership)
	e.Channel, e.Lang, e.Priority = channels.Name(e.channel), broker.Lang(e.lang), broker.Priority(e.priority)
	e.State, e.Reason, e.Rest = channels.State(e.state), channels.Reason(e.reason), splitWords[channels.Name](e.rest)
	e.Patience = time.Duration(e.patience) * time.Millisecond
	return e.Entry
}

func scanEntry(r row) (subscribers.Entry, error) { return entryReader()(r) }

// entryReader reads one entry after the other, always by way of the same row.
func entryReader() func(row) (subscribers.Entry, error) {
	var e entryRow
	into := e.into()
	return func(r row) (subscribers.Entry, error) {
		err := r.Scan(into...)
		return e.entry(), err
	}
}

// Entry returns one, or subscribers.ErrNotFound.
func (s *Store) Entry(ctx context.Context, id channels.DeliveryID) (found subscribers.Entry, err error) {
	err = s.read(ctx, fmt.Sprintf("read delivery %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanEntry, `SELECT `+entryColumns+` FROM deliveries WHERE id = $1`, id.UUID[:])
		return err
	})
	return found, err
}
