package store

import (
	"context"
	"time"
)

// DropJournal removes at most limit message revisions of before a time whose
// deliveries are gone, with the decisions about them, and as many of each
// other thing that tells what happened.
func (s *Store) DropJournal(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.write(ctx, "remove what the journal kept for long enough", func(t *tx) error {
		old, err := list(ctx, t, scanRevision, `SELECT m.id, m.revision FROM messages m WHERE m.received < $1
			AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.message = m.id AND a.revision = m.revision
				AND NOT EXISTS (SELECT 1 FROM counted_approvals c WHERE c.approval = a.id AND c.dropped > 0))
			AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.message = m.id AND c.ended_how = '')
			ORDER BY m.received LIMIT $2`, millis(before), limit)
		if err != nil {
			return err
		}
		if err := dropMessages(ctx, t, old); err != nil {
			return err
		}
		n = len(old)
		for _, table := range journals() {
			gone, err := t.count(ctx, `DELETE FROM `+table.name+` WHERE (`+table.key+`) IN (
				SELECT `+table.key+` FROM `+table.name+` WHERE `+table.old+` LIMIT $2)`, millis(before), limit)
			if err != nil {
				return err
			}
			n += gone
		}
		return nil
	})
	return n, err
}

// dropMessages removes revisions with all that hangs on them, leaves first.
func dropMessages(ctx context.Context, t *tx, old []revision) error {
	const approvals = `(SELECT a.id FROM approvals a WHERE a.message = $1 AND a.revision = $2)`
	const last = `$2 = (SELECT MAX(m.revision) FROM messages m WHERE m.id = $1)`
	for _, step := range []string{
		`DELETE FROM delivery_counts WHERE approval IN ` + approvals,
		`DELETE FROM counted_approvals WHERE approval IN ` + approvals,
		`DELETE FROM doubts WHERE approval IN ` + approvals,
		`DELETE FROM approval_moves WHERE approval IN ` + approvals,
		`DELETE FROM approvals WHERE message = $1 AND revision = $2`,
		`DELETE FROM routing_refusals WHERE message = $1 AND revision = $2`,
		`DELETE FROM cases WHERE message = $1 AND revision = $2`,
		`DELETE FROM closings_seen WHERE message = $1 AND ` + last,
		`DELETE FROM messages WHERE id = $1 AND revision = $2`,
	} {
		if _, err := t.each(ctx, step, len(old), func(i int) []any { return []any{old[i].message, old[i].number} }); err != nil {
			return err
		}
	}
	return nil
}

// journal is a table that tells what happened; old holds for what is before $1.
type journal struct{ name, key, old string }

func journals() []journal {
	return []journal{
		{"incidents", "id", "last_at < $1"},
		{"dead_letters", "id", "at < $1"},
		{"digest_slots", "partnership, date", "closed_at > 0 AND due_at < $1"},
		{"budget_warnings", "partnership, month", "at < $1"},
		{"case_summaries", "zone, monday", "at < $1"},
		{"sendings", "approval", "asked < $1"},
		{"post_moves", "id", "at < $1"},
		{"spent_hours", "partnership, channel, hour", "hour < $1"},
	}
}

type revision struct {
	message []byte
	number  int
}

func scanRevision(r row) (v revision, err error) {
	err = r.Scan(&v.message, &v.number)
	return v, err
}
