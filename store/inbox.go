package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

const inboxColumns = `i.id, i.partnership, i.member, COALESCE(m.name, ''), i.text, i.at
	FROM inbox_messages i LEFT JOIN members m ON m.id = i.member`

// KeepInbox keeps texts for the coordinators. What exists is left as it is.
func (s *Store) KeepInbox(ctx context.Context, texts []subscribers.InboxMessage) error {
	return s.write(ctx, "keep texts for coordinators", func(t *tx) error {
		_, err := t.each(ctx, `INSERT INTO inbox_messages (id, partnership, member, text, at, told_by, told_at)
			VALUES ($1, $2, $3, $4, $5, NULL, 0) ON CONFLICT DO NOTHING`, len(texts), func(i int) []any {
			m := texts[i]
			return []any{m.ID[:], string(m.Partnership), m.Member.UUID[:], m.Text, millis(m.At)}
		})
		return err
	})
}

// Inbox returns the newest texts for a partnership's coordinators, newest first.
func (s *Store) Inbox(ctx context.Context, p broker.PartnershipID, limit int) (found []subscribers.InboxMessage, err error) {
	err = s.read(ctx, fmt.Sprintf("read the inbox of partnership %s", p), func(t *tx) error {
		found, err = list(ctx, t, scanInbox, `SELECT `+inboxColumns+`
			WHERE i.partnership = $1 ORDER BY i.at DESC, i.id LIMIT $2`, string(p), limit)
		return err
	})
	return found, err
}

// Untold returns texts that the coordinators do not know of, of senders about
// whom they were not told since a time; the oldest first.
func (s *Store) Untold(ctx context.Context, toldBefore time.Time, limit int) (found []subscribers.InboxMessage, err error) {
	err = s.read(ctx, "read texts that nobody was told of", func(t *tx) error {
		found, err = list(ctx, t, scanInbox, `SELECT `+inboxColumns+`
			WHERE i.told_at = 0 AND NOT EXISTS (SELECT 1 FROM inbox_messages o
				WHERE o.member = i.member AND o.partnership = i.partnership AND o.told_at > $1)
			ORDER BY i.at, i.id LIMIT $2`, millis(toldBefore), limit)
		return err
	})
	return found, err
}

// TellInbox writes a service message and its entries, and notes that it brought
// these texts, all or nothing.
func (s *Store) TellInbox(ctx context.Context, m subscribers.ServiceMessage, entries []subscribers.Entry, texts []subscribers.InboxMessage, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("write service message %s", m.ID), func(t *tx) error {
		if err := addServices(ctx, t, []subscribers.ServiceMessage{m}, at); err != nil {
			return err
		}
		if _, err := addEntries(ctx, t, entries); err != nil {
			return err
		}
		_, err := t.each(ctx, `UPDATE inbox_messages SET told_by = $2, told_at = $3 WHERE id = $1 AND told_at = 0`,
			len(texts), func(i int) []any { return []any{texts[i].ID[:], m.ID[:], millis(at)} })
		return err
	})
}

func scanInbox(r row) (m subscribers.InboxMessage, err error) {
	var p string
	err = r.Scan(asID{(*[16]byte)(&m.ID)}, &p, asID{(*[16]byte)(&m.Member.UUID)}, &m.Name, &m.Text, asTime{&m.At})
	m.Partnership = broker.PartnershipID(p)
	return m, err
}
