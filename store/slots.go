package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

const slotColumns = `partnership, date, due_at, leaves_at, told_at, held_at, held_by, note, note_by, closed_at`

// AddSlots writes slots that do not exist yet.
func (s *Store) AddSlots(ctx context.Context, slots []subscribers.Slot) error {
	return s.write(ctx, "add digest slots", func(t *tx) error {
		_, err := t.each(ctx, `INSERT INTO digest_slots (partnership, date, due_at, leaves_at, leased_to, told_at, held_at, held_by, note, note_by, closed_at)
			VALUES ($1, $2, $3, $4, 0, 0, 0, '', '', '', 0) ON CONFLICT DO NOTHING`, len(slots),
			func(i int) []any { return append(slotKey(slots[i]), millis(slots[i].DueAt), millis(slots[i].LeavesAt)) })
		return err
	})
}

// DueSlots returns open slots whose time has come, oldest first, and leases
// them: until now+lease nobody else gets them.
func (s *Store) DueSlots(ctx context.Context, now time.Time, lease time.Duration, limit int) (due []subscribers.Slot, err error) {
	err = s.write(ctx, "take due digest slots", func(t *tx) error {
		open, err := list(ctx, t, scanSlot, `SELECT `+slotColumns+` FROM digest_slots
			WHERE closed_at = 0 AND leaves_at <= $1 AND leased_to <= $1
			ORDER BY leaves_at, partnership, date LIMIT $2`, millis(now), limit)
		if err != nil {
			return err
		}
		leased, err := t.each(ctx, `UPDATE digest_slots SET leased_to = $3
			WHERE partnership = $1 AND date = $2 AND closed_at = 0 AND leased_to <= $4`, len(open),
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
		_, err := t.ExecContext(ctx, `UPDATE digest_slots SET closed_at = $3
			WHERE partnership = $1 AND date = $2 AND closed_at = 0`, append(slotKey(slot), millis(at))...)
		return err
	})
}

// Slot returns the slot of one day, or subscribers.ErrNotFound while there is no row.
func (s *Store) Slot(ctx context.Context, id broker.PartnershipID, on subscribers.Date) (slot subscribers.Slot, err error) {
	err = s.read(ctx, fmt.Sprintf("read the digest slot of partnership %s", id), func(t *tx) error {
		slot, err = one(ctx, t, scanSlot, `SELECT `+slotColumns+` FROM digest_slots WHERE partnership = $1 AND date = $2`, string(id), on.String())
		return err
	})
	return slot, err
}

// UntoldSlots returns slots that are still to come, are not held, and whose
// coordinators were not written to.
func (s *Store) UntoldSlots(ctx context.Context, now time.Time, limit int) (slots []subscribers.Slot, err error) {
	err = s.read(ctx, "list digest slots to come", func(t *tx) error {
		slots, err = list(ctx, t, scanSlot, `SELECT `+slotColumns+` FROM digest_slots
			WHERE closed_at = 0 AND leaves_at > $1 AND told_at = 0 AND held_at = 0
			ORDER BY leaves_at, partnership, date LIMIT $2`, millis(now), limit)
		return err
	})
	return slots, err
}

// MarkTold notes that a slot's coordinators were written to. The first time stands.
func (s *Store) MarkTold(ctx context.Context, slot subscribers.Slot, at time.Time) error {
	return s.write(ctx, "note who was shown a digest", func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE digest_slots SET told_at = $3 WHERE partnership = $1 AND date = $2 AND told_at = 0`,
			append(slotKey(slot), millis(at))...)
		return err
	})
}

// beforeItLeaves holds for a slot that can still be changed at $3.
const beforeItLeaves = `partnership = $1 AND date = $2 AND closed_at = 0 AND leased_to = 0 AND leaves_at > $3`

// HoldSlot holds a slot, or releases it when by is empty, and says whether it
// was still in time.
func (s *Store) HoldSlot(ctx context.Context, slot subscribers.Slot, by string, now time.Time) (inTime bool, err error) {
	held := now
	if by == "" {
		held = time.Time{}
	}
	return s.changeSlot(ctx, "hold a digest", `UPDATE digest_slots SET held_at = $4, held_by = $5 WHERE `+beforeItLeaves,
		append(slotKey(slot), millis(now), millis(held), by))
}

// NoteSlot writes the cover note of a slot; an empty one takes it away. It says
// whether it was still in time.
func (s *Store) NoteSlot(ctx context.Context, slot subscribers.Slot, note, by string, now time.Time) (inTime bool, err error) {
	return s.changeSlot(ctx, "write a digest's note", `UPDATE digest_slots SET note = $4, note_by = $5 WHERE `+beforeItLeaves,
		append(slotKey(slot), millis(now), note, by))
}

func (s *Store) changeSlot(ctx context.Context, what, update string, args []any) (changed bool, err error) {
	err = s.write(ctx, what, func(t *tx) error {
		result, err := t.ExecContext(ctx, update, args...)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		changed = n > 0
		return err
	})
	return changed, err
}

func slotKey(s subscribers.Slot) []any { return []any{string(s.Partnership), s.Date.String()} }

func scanSlot(r row) (s subscribers.Slot, err error) {
	var date string
	if err := r.Scan((*string)(&s.Partnership), &date, asTime{&s.DueAt}, asTime{&s.LeavesAt}, asTime{&s.ToldAt}, asTime{&s.HeldAt}, &s.HeldBy,
		&s.Note, &s.NoteBy, asTime{&s.ClosedAt}); err != nil {
		return s, err
	}
	return s, s.Date.UnmarshalText([]byte(date))
}
