package store

import (
	"context"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// vitalRows is at how many deliveries Vitals looks: those that are due first,
// so that what is stuck is always among them, however many wait their turn.
const vitalRows = 10_000

// Vitals says how the work stands.
func (s *Store) Vitals(ctx context.Context, now time.Time) (found subscribers.Vitals, err error) {
	err = s.read(ctx, "read how the work stands", func(t *tx) error {
		found = subscribers.Vitals{
			Deliveries: make(map[channels.State]subscribers.Queued), Approvals: make(map[subscribers.ApprovalState]subscribers.Queued),
			DeadLetters: make(map[broker.Stage]subscribers.Queued), Incidents: make(map[subscribers.IncidentKind]int),
		}
		for _, part := range []struct {
			statement
			take func(name string, q subscribers.Queued)
		}{
			{
				statement{`SELECT state, COUNT(*), MIN(created_at), MIN(next_at) FROM (SELECT state, created_at, next_at FROM deliveries
					WHERE next_at > 0 ORDER BY next_at LIMIT $1) AS due GROUP BY state`, []any{vitalRows}},
				func(name string, q subscribers.Queued) { found.Deliveries[channels.State(name)] = q },
			},
			{
				statement{`SELECT state, COUNT(*), MIN(asked), MIN(deadline) FROM approvals WHERE ` + openStates + ` GROUP BY state`, nil},
				func(name string, q subscribers.Queued) { found.Approvals[subscribers.ApprovalState(name)] = q },
			},
			{
				statement{`SELECT '', COUNT(*), COALESCE(MIN(decided_at), 0), COALESCE(MIN(decided_at), 0) FROM approvals
					WHERE planned = 0 AND state IN ('approved', 'overruled')`, nil},
				func(_ string, q subscribers.Queued) { found.Unplanned = q },
			},
			{
				statement{`SELECT subject, COUNT(*), MIN(at), MIN(at) FROM dead_letters WHERE replayed = 0 GROUP BY subject`, nil},
				func(name string, q subscribers.Queued) {
					stage := broker.Subject(name).Stage()
					found.DeadLetters[stage] = together(found.DeadLetters[stage], q)
				},
			},
			{
				statement{`SELECT kind, COUNT(*), MIN(first_at), MIN(last_at) FROM incidents WHERE ack_at = 0 GROUP BY kind`, nil},
				func(name string, q subscribers.Queued) { found.Incidents[subscribers.IncidentKind(name)] = q.Count },
			},
			{
				statement{`SELECT '', COUNT(*), COALESCE(MIN(leaves_at), 0), COALESCE(MIN(leaves_at), 0) FROM digest_slots
					WHERE closed_at = 0 AND leaves_at <= $1`, []any{millis(now)}},
				func(_ string, q subscribers.Queued) { found.Slots = q },
			},
		} {
			if err := t.forEach(ctx, func(r row) error {
				var name string
				var q subscribers.Queued
				err := r.Scan(&name, &q.Count, asTime{&q.Oldest}, asTime{&q.Due})
				part.take(name, q)
				return err
			}, part.query, part.args...); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

func together(a, b subscribers.Queued) subscribers.Queued {
	sum := subscribers.Queued{Count: a.Count + b.Count, Oldest: a.Oldest, Due: a.Due}
	if sum.Oldest.IsZero() || b.Oldest.Before(sum.Oldest) {
		sum.Oldest = b.Oldest
	}
	if sum.Due.IsZero() || b.Due.Before(sum.Due) {
		sum.Due = b.Due
	}
	return sum
}
