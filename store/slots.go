package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// AddSlots writes slots that do not exist yet.
func (s *Store) AddSlots(ctx context.Context, slots []subscribers.Slot) error {
	return s.write(ctx, "add digest slots", func(t *tx) error {
		_, err := t.each(ctx, `INSERT INTO digest_slots (partnership, date, every, due_at, leased_to, closed_at)
			VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT DO NOTHING`, len(slots),
			func(i int) []any { return append(slotKey(slots[i]), millis(slots[i].DueAt)) })
		return err
	})
}

// DueSlots returns open slots whose time has come, oldest first, and leases
// them: until now+lease nobody else gets them.
func (s *Store) DueSlots(ctx context.Context, now time.Time, lease time.Duration, limit int) (due []subscribers.Slot, err error) {
	err = s.write(ctx, "take due digest slots", func(t *tx) error {
		open, err := list(ctx, t, scanSlot, `SELECT partnership, date, every, due_at FROM digest_slots
			WHERE closed_at = 0 AND due_at <= $1 AND leased_to <= $1
			ORDER BY due_at, partnership, date, every LIMIT $2`, millis(now), limit)
		if err != nil {
			return err
		}
		leased, err := t.each(ctx, `UPDATE digest_slots SET leased_to = $4
			WHERE partnership = $1 AND date = $2 AND every = $3 AND closed_at = 0 AND leased_to <= $5`, len(open),
			func(i int) []any { return append(slotKey(open[i]), millis(now.Add(lease)), millis(now)) })
		due = nil
		for i, slot := range open {
			if leased[i] {
				due = append(due, slot)
			}
		}
		return err
	})
	return due, err
}

// CloseSlot notes that a slot's digests have all been written. The first time stands.
func (s *Store) CloseSlot(ctx context.Context, slot subscribers.Slot, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("close the digest slot of partnership %s", slot.Partnership), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE digest_slots SET closed_at = $4
			WHERE partnership = $1 AND date = $2 AND every = $3 AND closed_at = 0`,
			append(slotKey(slot), millis(at))...)
		return err
	})
}

func slotKey(s subscribers.Slot) []any {
	return []any{string(s.Partnership), s.Date.String(), string(s.Every)}
}

func scanSlot(r row) (s subscribers.Slot, err error) {
	var partnership, date, every string
	if err := r.Scan(&partnership, &date, &every, asTime{&s.DueAt}); err != nil {
		return s, err
	}
	s.Partnership, s.Every = broker.PartnershipID(partnership), subscribers.Period(every)
	err = s.Date.UnmarshalText([]byte(date))
	return s, err
}
