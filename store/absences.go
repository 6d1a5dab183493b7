package store

import (
	"context"
	"fmt"

	"relais/broker"
	"relais/subscribers"
)

// SetAbsences writes when an approver of a partnership is away, in place of
// what was there.
func (s *Store) SetAbsences(ctx context.Context, p broker.PartnershipID, who subscribers.MemberID, away []subscribers.Span) error {
	return s.write(ctx, fmt.Sprintf("write the absences of member %s", who), func(t *tx) error {
		if _, err := t.ExecContext(ctx, `DELETE FROM absences WHERE partnership = $1 AND member = $2`, string(p), who.UUID[:]); err != nil {
			return err
		}
		_, err := t.each(ctx, `INSERT INTO absences (partnership, member, from_day, until_day) VALUES ($1, $2, $3, $4)
			ON CONFLICT DO NOTHING`, len(away), func(i int) []any {
			return []any{string(p), who.UUID[:], dayText(away[i].From), dayText(away[i].Until)}
		})
		if err != nil {
			return err
		}
		// Nobody waits for the answer of somebody who has just gone on holiday: the
		// sweep looks at once whom else to ask.
		_, err = t.ExecContext(ctx, `UPDATE approvals SET deadline = asked WHERE partnership = $1 AND state = 'pending' AND deadline > asked`, string(p))
		return err
	})
}

// fillAbsences reads when each of a partnership's approvers is away.
func fillAbsences(ctx context.Context, t *tx, p broker.PartnershipID, approvers []subscribers.Approver) error {
	return t.forEach(ctx, func(r row) error {
		var who subscribers.MemberID
		var from, until string
		if err := r.Scan(asID{(*[16]byte)(&who.UUID)}, &from, &until); err != nil {
			return err
		}
		span, err := spanOf(from, until)
		for i := range approvers {
			if approvers[i].ID == who {
				approvers[i].Absences = append(approvers[i].Absences, span)
			}
		}
		return err
	}, `SELECT member, from_day, until_day FROM absences WHERE partnership = $1 ORDER BY from_day, member`, string(p))
}

func spanOf(from, until string) (s subscribers.Span, err error) {
	if err := s.From.UnmarshalText([]byte(from)); err != nil {
		return s, err
	}
	return s, s.Until.UnmarshalText([]byte(until))
}
