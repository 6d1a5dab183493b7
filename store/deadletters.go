package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// Bury keeps an event that a step gave up on. The same event (its subject and
// id; without an id, its data) counts up instead of making a second row: the
// attempts add up, the newest reason stands, and it counts as not replayed.
// The same letter twice, told by its time, counts once.
func (s *Store) Bury(ctx context.Context, d broker.DeadLetter) error {
	return s.write(ctx, "keep a dead letter", func(t *tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO dead_letters (id, event, subject, event_id, data, reason, attempts, at, replayed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
			ON CONFLICT (event) DO UPDATE SET attempts = dead_letters.attempts + excluded.attempts,
				data = excluded.data, reason = excluded.reason, at = excluded.at, replayed = 0
			WHERE dead_letters.at <> excluded.at`,
			d.ID[:], eventKey(d), string(d.Subject), d.EventID, notNil(d.Data), d.Reason, max(d.Attempts, 1), millis(d.At))
		return err
	})
}

// eventKey is what makes two letters the same event.
func eventKey(d broker.DeadLetter) []byte {
	name := fmt.Appendf(nil, "data %d:%s", len(d.Subject), d.Subject)
	if d.EventID != "" {
		name = fmt.Appendf(nil, "id %d:%s%s", len(d.Subject), d.Subject, d.EventID)
	} else {
		name = append(name, d.Data...)
	}
	sum := sha256.Sum256(name)
	return sum[:16]
}

func notNil(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}

const letterColumns = `id, subject, event_id, reason, attempts, at, replayed`

// DeadLetters lists all that are kept, oldest first, without their Data.
func (s *Store) DeadLetters(ctx context.Context) (found []broker.DeadLetter, err error) {
	err = s.read(ctx, "read dead letters", func(t *tx) error {
		found, err = list(ctx, t, scanLetter,
			`SELECT `+letterColumns+` FROM dead_letters ORDER BY at, id`)
		return err
	})
	return found, err
}

// DeadLetter returns one with its Data, or subscribers.ErrNotFound.
func (s *Store) DeadLetter(ctx context.Context, id uuid.UUID) (found broker.DeadLetter, err error) {
	err = s.read(ctx, fmt.Sprintf("read dead letter %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanFullLetter,
			`SELECT `+letterColumns+`, data FROM dead_letters WHERE id = $1`, id[:])
		return err
	})
	return found, err
}

// MarkReplayed notes that a letter was published again, unless its event has
// been given up once more since the letter was read: then it waits again.
func (s *Store) MarkReplayed(ctx context.Context, read broker.DeadLetter, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("mark dead letter %s replayed", read.ID), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE dead_letters SET replayed = $3 WHERE id = $1 AND at = $2`, read.ID[:], millis(read.At), millis(at))
		return err
	})
}

func scanLetter(r row) (d broker.DeadLetter, err error) {
	err = r.Scan(letterInto(&d)...)
	return d, err
}

func scanFullLetter(r row) (d broker.DeadLetter, err error) {
	err = r.Scan(append(letterInto(&d), &d.Data)...)
	return d, err
}

func letterInto(d *broker.DeadLetter) []any {
	return []any{asID{(*[16]byte)(&d.ID)}, (*string)(&d.Subject), &d.EventID, &d.Reason, &d.Attempts, asTime{&d.At}, asTime{&d.Replayed}}
}
