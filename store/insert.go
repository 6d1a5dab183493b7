package store

import (
	"context"

	"relais/channels"
	"relais/subscribers"
)

// insertEntries returns the ids that were written, that is whose id and key were free.
func insertEntries(ctx context.Context, t *tx, entries []subscribers.Entry) (map[channels.DeliveryID]bool, error) {
	written := make(map[channels.DeliveryID]bool, len(entries))
	for _, alike := range partsBy(entries, sharedOf) {
		err := t.forTable(ctx, rowsOf(alike.items), func(r row) error {
			id, err := scanID(r)
			written[id] = true
			return err
		}, insertAlike, alike.key.args()...)
		if err != nil {
			return nil, err
		}
	}
	return written, nil
}

// insertAlike writes the rows of entries that agree in all that is shared.
const insertAlike = `INSERT INTO deliveries (id, member, hash, replies,
		purpose, about, revision, approval, partnership, channel, lang, priority,
		state, reason, rest, repeatable, attempt, missed, ref, awaits,
		not_before, next_at, not_after, created_at, accepted_at, final_at, patience, apart)
	SELECT w.id, w.member, w.hash, NULLIF(w.replies, $5), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
		$22, $23, $24, $25, $26, $27, $28, $29
	FROM wanted w WHERE true ON CONFLICT DO NOTHING RETURNING id`

// shared is what an entry's row says besides who gets it. Nearly all of a plan's
// page agree in it.
type shared struct {
	purpose, partnership, channel, lang, priority, state, reason, rest, ref string
	about, approval                                                         [16]byte
	revision, attempt, missed                                               int
	repeatable, awaits                                                      bool
	notBefore, nextAt, notAfter, createdAt, acceptedAt, finalAt, patience   int64
}

func sharedOf(e *subscribers.Entry) shared {
	return shared{
		string(e.Purpose), string(e.Partnership), string(e.Channel), string(e.Lang), string(e.Priority),
		string(e.State), string(e.Reason), joinWords(e.Rest), e.Ref,
		e.About, e.Approval.UUID,
		e.Revision, e.Attempt, e.Missed,
		e.Repeatable, e.Awaits,
		millis(e.NotBefore), millis(e.NextAt), millis(e.NotAfter), millis(e.CreatedAt), millis(e.AcceptedAt), millis(e.FinalAt),
		e.Patience.Milliseconds(),
	}
}

// rowsOf is the table that insertAlike reads.
func rowsOf(entries []subscribers.Entry) wanted {
	return wanted{
		{name: "id", ids: bytesOf(entries, func(e *subscribers.Entry) []byte { return e.ID.UUID[:] })},
		{name: "member", ids: bytesOf(entries, func(e *subscribers.Entry) []byte { return e.Member.UUID[:] })},
		{name: "hash", ids: bytesOf(entries, func(e *subscribers.Entry) []byte { return e.Hash[:] })},
		{name: "replies", ids: bytesOf(entries, func(e *subscribers.Entry) []byte { return e.Replies.UUID[:] })},
	}
}

// args are the parameters of insertAlike after the table.
func (s shared) args() []any {
	var nobody [16]byte
	return []any{
		nobody[:], s.purpose, s.about[:], s.revision, s.approval[:], s.partnership, s.channel, s.lang, s.priority,
		s.state, s.reason, s.rest, flag(s.repeatable), s.attempt, s.missed, s.ref, flag(s.awaits),
		s.notBefore, s.nextAt, s.notAfter, s.createdAt, s.acceptedAt, s.finalAt, s.patience, flag(s.state == string(channels.Suppressed)),
	}
}
