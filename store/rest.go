package store

import (
	"context"
	"fmt"

	"relais/broker"
	"relais/subscribers"
)

// memberColumns are a member's own, in the order of scanMember; the table is m.
const memberColumns = `m.id, m.name, m.lang, m.quiet_from, m.quiet_to, m.pause_from, m.pause_until, m.even_urgent`

func scanMember(r row) (m subscribers.Member, err error) {
	var rest restRow
	var lang string
	if err := r.Scan(append([]any{asID{(*[16]byte)(&m.ID.UUID)}, &m.Name, &lang}, rest.into()...)...); err != nil {
		return m, err
	}
	m.Lang = broker.Lang(lang)
	m.Rest, err = rest.rest()
	return m, err
}

// restRow is a member's wish to be left alone while its columns are read.
type restRow struct {
	quietFrom, quietTo, pauseFrom, pauseUntil string
	evenUrgent                                bool
}

func (r *restRow) into() []any {
	return []any{&r.quietFrom, &r.quietTo, &r.pauseFrom, &r.pauseUntil, asFlag{&r.evenUrgent}}
}

func (r *restRow) rest() (found subscribers.Rest, err error) {
	found.EvenUrgent = r.evenUrgent
	if r.quietFrom != "" {
		found.Quiet = &subscribers.QuietHours{}
		if err := found.Quiet.From.UnmarshalText([]byte(r.quietFrom)); err != nil {
			return found, err
		}
		if err := found.Quiet.To.UnmarshalText([]byte(r.quietTo)); err != nil {
			return found, err
		}
	}
	if err := found.Pause.From.UnmarshalText([]byte(r.pauseFrom)); err != nil {
		return found, err
	}
	return found, found.Pause.Until.UnmarshalText([]byte(r.pauseUntil))
}

// SetRest writes when a member wants to be left alone, or returns
// subscribers.ErrNotFound. What is held for the member falls due, so that it is
// decided about again.
func (s *Store) SetRest(ctx context.Context, id subscribers.MemberID, rest subscribers.Rest) error {
	from, to := quietText(rest.Quiet)
	return s.write(ctx, fmt.Sprintf("write the quiet hours of member %s", id), func(t *tx) error {
		done, err := t.ExecContext(ctx, `UPDATE members SET quiet_from = $2, quiet_to = $3, pause_from = $4, pause_until = $5, even_urgent = $6
			WHERE id = $1`, id.UUID[:], from, to, dayText(rest.Pause.From), dayText(rest.Pause.Until), flag(rest.EvenUrgent))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err == nil && n == 0 {
			return subscribers.ErrNotFound
		}
		if err != nil {
			return err
		}
		// Any time that has passed will do; this one needs no clock.
		_, err = t.ExecContext(ctx, `UPDATE deliveries SET next_at = created_at WHERE member = $1 AND state = 'held'`, id.UUID[:])
		return err
	})
}

// dayText is how a day stands in a column; none is empty.
func dayText(d subscribers.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
