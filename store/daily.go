package store

import (
	"context"
	"fmt"
	"slices"

	"relais/broker"
	"relais/subscribers"
)

// TakePlaces asks for one of a member's places of a day for a message, and
// returns who has none left: of different messages on a day, limit have one.
// Who has one for this message keeps it.
func (s *Store) TakePlaces(ctx context.Context, day subscribers.Date, m broker.MessageID, members []subscribers.MemberID, limit int) (full map[subscribers.MemberID]bool, err error) {
	err = s.write(ctx, fmt.Sprintf("count messages of %s", day), func(t *tx) error {
		// Two messages at once must see each other.
		if err := t.alone(ctx, "daily"); err != nil {
			return err
		}
		// What is counted for earlier days is of no more use; other zones' days may differ by one.
		if _, err := t.ExecContext(ctx, `DELETE FROM daily_messages WHERE day < $1`, dayText(day.AddDays(-2))); err != nil {
			return err
		}
		full, err = withoutPlace(ctx, t, day, m, members, limit)
		if err != nil {
			return err
		}
		free := slices.DeleteFunc(slices.Clone(members), func(id subscribers.MemberID) bool { return full[id] })
		_, err = t.each(ctx, `INSERT INTO daily_messages (day, member, message) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			len(free), func(i int) []any { return []any{dayText(day), free[i].UUID[:], m.UUID[:]} })
		return err
	})
	return full, err
}

// withoutPlace lists who had limit other messages on the day, and not this one.
func withoutPlace(ctx context.Context, t *tx, day subscribers.Date, m broker.MessageID, members []subscribers.MemberID, limit int) (map[subscribers.MemberID]bool, error) {
	full := make(map[subscribers.MemberID]bool)
	err := t.forWanted(ctx, memberBytes(members), func(r row) error {
		var n int
		err := r.Scan(&n)
		full[members[n]] = true
		return err
	}, `SELECT w.n FROM wanted w
		WHERE (SELECT COUNT(*) FROM daily_messages d WHERE d.day = $2 AND d.member = w.id AND d.message <> $3) >= $4
		AND NOT EXISTS (SELECT 1 FROM daily_messages d WHERE d.day = $2 AND d.member = w.id AND d.message = $3)`,
		dayText(day), m.UUID[:], limit)
	return full, err
}
