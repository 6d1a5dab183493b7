package store

import (
	"context"
	"fmt"
	"time"

	"relais/subscribers"
)

// Moves returns every decision about an approval, the oldest first.
func (s *Store) Moves(ctx context.Context, id subscribers.ApprovalID) (found []subscribers.Move, err error) {
	err = s.read(ctx, fmt.Sprintf("read the decisions about approval %s", id), func(t *tx) error {
		found, err = list(ctx, t, scanMove, `SELECT version, to_state, by_whom, at, how, why, note, until_at
			FROM approval_moves WHERE approval = $1 ORDER BY version`, id.UUID[:])
		return err
	})
	return found, err
}

// addMoves keeps the decision that each approval now has, if it has one.
func addMoves(ctx context.Context, t *tx, approvals []subscribers.Approval) error {
	var decided []subscribers.Approval
	for _, a := range approvals {
		if a.Decision.To != "" {
			decided = append(decided, a)
		}
	}
	_, err := t.each(ctx, `INSERT INTO approval_moves (approval, version, to_state, by_whom, at, how, why, note, until_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`, len(decided), func(i int) []any {
		a, d := decided[i], decided[i].Decision
		return []any{
			a.ID.UUID[:], a.Version, string(d.To), d.By, millis(d.At), string(d.How), d.Why, d.Note, millis(d.Until),
		}
	})
	return err
}

// openStates are those in which an approval waits for somebody.
const openStates = `state IN ('pending', 'held', 'questioned')`

// keepLapses notes that open approvals lapse, before a statement lets them.
// where follows WHERE, and its arguments begin at $4.
func keepLapses(ctx context.Context, t *tx, d subscribers.Decision, at time.Time, where string, n int, args func(i int) []any) error {
	_, err := t.each(ctx, `INSERT INTO approval_moves (approval, version, to_state, by_whom, at, how, why, note, until_at)
		SELECT id, version + 1, 'lapsed', $1, $2, $3, '', '', 0 FROM approvals
		WHERE `+openStates+` AND `+where+` ON CONFLICT DO NOTHING`, n, func(i int) []any {
		return append([]any{d.By, millis(at), string(d.How)}, args(i)...)
	})
	return err
}

func scanMove(r row) (m subscribers.Move, err error) {
	var to, how string
	err = r.Scan(&m.Version, &to, &m.By, asTime{&m.At}, &how, &m.Why, &m.Note, asTime{&m.Until})
	m.To, m.How = subscribers.ApprovalState(to), subscribers.How(how)
	return m, err
}
