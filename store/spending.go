package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Spent returns what the deliveries of a partnership cost that providers took
// in a month, by channel. What Relais itself tells officers is nobody's.
func (s *Store) Spent(ctx context.Context, p broker.PartnershipID, m subscribers.Month) (map[channels.Name]subscribers.Money, error) {
	spent := make(map[channels.Name]subscribers.Money)
	err := s.read(ctx, fmt.Sprintf("add up what partnership %s spent", p), func(t *tx) error {
		clear(spent)
		return t.forEach(ctx, func(r row) error {
			var name channels.Name
			var sum subscribers.Money
			err := r.Scan((*string)(&name), (*int64)(&sum))
			spent[name] = sum
			return err
		}, `SELECT channel, CAST(SUM(cost) AS BIGINT) FROM (
				SELECT channel, cost FROM deliveries WHERE partnership = $1 AND cost > 0 AND cost_at >= $2 AND cost_at < $3
				UNION ALL SELECT channel, cost FROM spent_hours WHERE partnership = $1 AND hour >= $2 AND hour < $3) AS paid
			GROUP BY channel`,
			string(p), millis(m.From), millis(m.To))
	})
	return spent, err
}

// AddBudgetWarning notes that a partnership was warned in a month, and writes
// the warning; false when it was before, and then nothing is written.
func (s *Store) AddBudgetWarning(ctx context.Context, p broker.PartnershipID, m subscribers.Month, warning subscribers.ServiceMessage, entries []subscribers.Entry, at time.Time) (first bool, err error) {
	err = s.write(ctx, fmt.Sprintf("warn partnership %s of its budget", p), func(t *tx) error {
		done, err := t.ExecContext(ctx, `INSERT INTO budget_warnings (partnership, month, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			string(p), m.Name, millis(at))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if first = n == 1; err != nil || !first {
			return err
		}
		return addLetters(ctx, t, []subscribers.ServiceMessage{warning}, entries, at)
	})
	return first && err == nil, err
}

// costs writes what late outcomes cost whose delivery was reported on before
// the provider's answer came: the money is spent all the same.
func costs(ctx context.Context, t *tx, late []subscribers.Outcome) error {
	var paid []subscribers.Outcome
	for _, o := range late {
		if o.Cost > 0 {
			paid = append(paid, o)
		}
	}
	_, err := t.each(ctx, `UPDATE deliveries SET cost = $2, cost_at = $3
		WHERE id = $1 AND cost = 0 AND state IN ('accepted', 'delivered', 'failed')`,
		len(paid), func(i int) []any { return []any{paid[i].ID.UUID[:], int64(paid[i].Cost), millis(paid[i].At)} })
	return err
}
