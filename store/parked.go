package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"relais/channels"
)

// Park keeps a report whose delivery is not known yet. The same report twice
// is kept once.
func (s *Store) Park(ctx context.Context, r channels.Report) error {
	return s.write(ctx, "park a report", func(t *tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO parked_reports (delivery, ref, state, code, class, at, attempt, tries, after)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
			r.Delivery.UUID[:], r.Ref, string(r.State), r.Code, string(r.Class), millis(r.At), r.Attempt, r.Tries, r.After.Milliseconds())
		return err
	})
}

// Parked takes out those reports that came before the given time, oldest first.
func (s *Store) Parked(ctx context.Context, before time.Time) (found []channels.Report, err error) {
	err = s.write(ctx, "take out parked reports", func(t *tx) error {
		found, err = list(ctx, t, scanReport, `DELETE FROM parked_reports WHERE at < $1
			RETURNING delivery, ref, state, code, class, at, attempt, tries, after`, millis(before))
		return err
	})
	slices.SortFunc(found, func(a, b channels.Report) int {
		return cmp.Or(a.At.Compare(b.At), slices.Compare(a.Delivery.UUID[:], b.Delivery.UUID[:]), cmp.Compare(a.State, b.State))
	})
	return found, err
}

func scanReport(r row) (p channels.Report, err error) {
	var after int64
	err = r.Scan(asID{(*[16]byte)(&p.Delivery.UUID)}, &p.Ref, (*string)(&p.State), &p.Code, (*string)(&p.Class), asTime{&p.At}, &p.Attempt, &p.Tries, &after)
	p.After = time.Duration(after) * time.Millisecond
	return p, err
}
