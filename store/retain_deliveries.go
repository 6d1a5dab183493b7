package store

import (
	"context"
	"fmt"
	"time"

	"relais/subscribers"
)

// CountDeliveries counts the deliveries of at most limit approvals that were
// asked for before a time and can change no more; Status tells these counts
// from then on. Where word is still owed the rows stay: what closes the matter
// must find everybody who got it (PLP.md, rule 7).
func (s *Store) CountDeliveries(ctx context.Context, before, now time.Time, limit int) (int, error) {
	var old []subscribers.ApprovalID
	err := s.read(ctx, "list approvals to count", func(t *tx) (err error) {
		old, err = list(ctx, t, scanApprovalID, `SELECT a.id FROM approvals a
			WHERE a.asked < $1 AND a.state NOT IN ('pending', 'held', 'questioned')
			AND NOT (a.planned = 0 AND a.state IN ('approved', 'overruled'))
			AND NOT EXISTS (SELECT 1 FROM counted_approvals c WHERE c.approval = a.id)
			AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.ended_how = '' AND c.partnership = a.partnership AND a.message IN (c.message, c.matter))
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.approval = a.id AND (d.created_at >= $1 OR d.not_after > $2))
			ORDER BY a.asked, a.id LIMIT $3`, millis(before), millis(now), limit)
		return err
	})
	for i, id := range old { // each for itself: one may have a hundred thousand
		if err := s.countApproval(ctx, id, now); err != nil {
			return i, err
		}
	}
	return len(old), err
}

func (s *Store) countApproval(ctx context.Context, id subscribers.ApprovalID, now time.Time) error {
	return s.write(ctx, fmt.Sprintf("count the deliveries of approval %s", id), func(t *tx) error {
		if _, err := t.ExecContext(ctx, `INSERT INTO delivery_counts (approval, channel, best, n, first_at, last_at)
			SELECT approval, channel, best, COUNT(*), COALESCE(MIN(NULLIF(first, 0)), 0), MAX(last) FROM (`+
			peopleOf(``, `deliveries d WHERE d.approval = $1`)+`) AS people
			WHERE NOT EXISTS (SELECT 1 FROM counted_approvals c WHERE c.approval = $1)
			GROUP BY approval, channel, best`, id.UUID[:]); err != nil {
			return err
		}
		_, err := t.ExecContext(ctx, `INSERT INTO counted_approvals (approval, at, dropped, unreached) VALUES ($1, $2, 0, (`+unreachedOf(`$1`)+`)) ON CONFLICT DO NOTHING`,
			id.UUID[:], millis(now))
		return err
	})
}

type statement struct {
	query string
	args  []any
}

// DropDeliveries removes at most limit rows of each kind: of what was counted,
// and those of before a time that nobody counts, as digests and letters. What
// they cost stays.
func (s *Store) DropDeliveries(ctx context.Context, before, now time.Time, limit int) (n int, err error) {
	err = s.write(ctx, "remove old deliveries", func(t *tx) error {
		n = 0
		for _, old := range []statement{
			{`SELECT d.id FROM counted_approvals c JOIN deliveries d ON d.approval = c.approval WHERE c.dropped = 0 LIMIT $1`, []any{limit}},
			{`SELECT d.id FROM deliveries d WHERE d.purpose <> 'message' AND d.created_at < $1 AND d.not_after < $2
				ORDER BY d.created_at LIMIT $3`, []any{millis(before), millis(now), limit}},
		} {
			rows, err := list(ctx, t, scanRaw, old.query, old.args...)
			if err != nil {
				return err
			}
			n += len(rows)
			if err := dropRows(ctx, t, rows); err != nil {
				return err
			}
		}
		rest, err := dropRest(ctx, t, before, now, limit)
		n += rest
		return err
	})
	return n, err
}

func dropRows(ctx context.Context, t *tx, ids [][]byte) error {
	id := func(i int) []any { return []any{ids[i]} }
	for _, step := range []string{
		// By hours, whose ends months share in every zone of Europe.
		`INSERT INTO spent_hours (partnership, channel, hour, cost)
			SELECT partnership, channel, cost_at - cost_at % 3600000, cost FROM deliveries WHERE id = $1 AND cost > 0
			ON CONFLICT (partnership, channel, hour) DO UPDATE SET cost = spent_hours.cost + excluded.cost`,
		`DELETE FROM deliveries WHERE id = $1`,
	} {
		if _, err := t.each(ctx, step, len(ids), id); err != nil {
			return err
		}
	}
	return nil
}

// dropRest removes what only served the rows that are gone.
func dropRest(ctx context.Context, t *tx, before, now time.Time, limit int) (n int, err error) {
	for _, step := range []statement{
		{`DELETE FROM recipients WHERE (message, member, revision) IN (
			SELECT r.message, r.member, r.revision FROM counted_approvals c JOIN approvals a ON a.id = c.approval
			JOIN recipients r ON r.message = a.message AND r.revision = a.revision AND r.approval = a.id
			WHERE c.dropped = 0 LIMIT $1)`, []any{limit}},
		{`UPDATE counted_approvals SET dropped = $1 WHERE dropped = 0
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.approval = counted_approvals.approval)
			AND NOT EXISTS (SELECT 1 FROM approvals a JOIN recipients r ON r.message = a.message AND r.revision = a.revision AND r.approval = a.id
				WHERE a.id = counted_approvals.approval)`, []any{millis(now)}},
		{`DELETE FROM service_messages WHERE id IN (SELECT s.id FROM service_messages s WHERE s.created < $1
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.about = s.id AND d.apart = 0) LIMIT $2)`, []any{millis(before), limit}},
		{`DELETE FROM bounces WHERE delivery IN (SELECT delivery FROM bounces WHERE at < $1 LIMIT $2)`, []any{millis(now.Add(-bouncesCount)), limit}},
	} {
		changed, err := t.count(ctx, step.query, step.args...)
		if err != nil {
			return n, err
		}
		n += changed
	}
	return n, nil
}

func scanApprovalID(r row) (id subscribers.ApprovalID, err error) {
	err = r.Scan(asID{(*[16]byte)(&id.UUID)})
	return id, err
}

func scanRaw(r row) (id []byte, err error) {
	err = r.Scan(&id)
	return id, err
}
