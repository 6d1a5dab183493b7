package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"relais/broker"
)

// ForgetMissing removes the texts of disappearances that were closed, or
// withdrawn, before a time: those of the family that is about one, whatever its
// kind, for what closes it names the person too (PLP.md, "Retention"). It looks
// at most at limit closings, and says at how many it looked.
func (s *Store) ForgetMissing(ctx context.Context, closedBefore, now time.Time, limit int) (n int, err error) {
	err = s.write(ctx, "forget the texts of disappearances", func(t *tx) error {
		// In JSON a quote inside a text is escaped, so this finds the fields alone.
		closings, err := list(ctx, t, scanMessage, `SELECT body FROM messages m WHERE m.received < $1
			AND (m.body LIKE '%"kind":"closing"%' OR m.body LIKE '%"msgType":"`+string(broker.TypeCancel)+`"%')
			AND NOT EXISTS (SELECT 1 FROM closings_seen c WHERE c.message = m.id) ORDER BY m.received LIMIT $2`, millis(closedBefore), limit)
		if err != nil {
			return err
		}
		for _, m := range closings {
			if err := forgetFamily(ctx, t, m, now); err != nil {
				return err
			}
		}
		n = len(closings)
		return nil
	})
	return n, err
}

func forgetFamily(ctx context.Context, t *tx, m broker.Message, now time.Time) error {
	ids := []broker.MessageID{m.ID}
	family, err := relatives(ctx, t, m)
	if err != nil {
		return err
	}
	for _, r := range family {
		ids = append(ids, r.id)
	}
	marks, args := listed(ids, nil)
	told, err := list(ctx, t, scanMessage, `SELECT body FROM messages WHERE id IN (`+marks+`)`, args...)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(told, func(m broker.Message) bool { return m.Kind == broker.Missing }) {
		if err := forgetTexts(ctx, t, told); err != nil {
			return err
		}
	}
	_, err = t.ExecContext(ctx, `INSERT INTO closings_seen (message, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, m.ID.UUID[:], millis(now))
	return err
}

// forgetTexts removes what was written in these messages, by the police and by
// coordinators, and dead letters that hold one.
func forgetTexts(ctx context.Context, t *tx, told []broker.Message) error {
	for _, m := range told {
		body, err := json.Marshal(m.WithoutTexts())
		if err != nil {
			return err
		}
		for _, step := range []statement{
			{`UPDATE messages SET body = $3 WHERE id = $1 AND revision = $2`, []any{m.ID.UUID[:], m.Revision, string(body)}},
			{`UPDATE approval_moves SET note = '' WHERE approval IN (SELECT a.id FROM approvals a WHERE a.message = $1)`, []any{m.ID.UUID[:]}},
			{`UPDATE approvals SET decided_note = '' WHERE message = $1`, []any{m.ID.UUID[:]}},
			{`DELETE FROM dead_letters WHERE subject = $1 AND event_id LIKE $2`, []any{string(broker.MessageSubject(m.Zone)), m.ID.String() + "%"}},
		} {
			if _, err := t.ExecContext(ctx, step.query, step.args...); err != nil {
				return err
			}
		}
	}
	return nil
}
