package store

import (
	"context"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// Hear notes that a text came in and takes it for the lease. One that was dealt
// with before comes back with its answer; one that somebody else has is
// subscribers.ErrBusy.
func (s *Store) Hear(ctx context.Context, in channels.Inbound, lease time.Duration) (answer string, done bool, err error) {
	err = s.write(ctx, "note a text that came in", func(t *tx) error {
		hash := in.From.Hash(in.Channel)
		ours, err := t.each(ctx, `INSERT INTO inbound_messages (channel, ref, hash, at, taken, done, what, answer)
			VALUES ($1, $2, $3, $4, $4, 0, '', '')
			ON CONFLICT (channel, ref) DO UPDATE SET taken = excluded.taken
			WHERE inbound_messages.done = 0 AND inbound_messages.taken <= $5`, 1, func(int) []any {
			return []any{string(in.Channel), in.Ref, hash[:], millis(in.At), millis(in.At.Add(-lease))}
		})
		if err != nil || ours[0] {
			return err
		}
		found, err := one(ctx, t, scanAnswer, `SELECT done, answer FROM inbound_messages WHERE channel = $1 AND ref = $2`, string(in.Channel), in.Ref)
		if err == nil && !found.done {
			return subscribers.ErrBusy
		}
		answer, done = found.text, found.done
		return err
	})
	return answer, done, err
}

type answered struct {
	done bool
	text string
}

func scanAnswer(r row) (a answered, err error) {
	err = r.Scan(asFlag{&a.done}, &a.text)
	return a, err
}

// Answer notes what became of a text, and the answer that it got.
func (s *Store) Answer(ctx context.Context, in channels.Inbound, what subscribers.Verdict, answer string) error {
	return s.write(ctx, "note the answer to a text", func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE inbound_messages SET done = 1, what = $3, answer = $4 WHERE channel = $1 AND ref = $2`,
			string(in.Channel), in.Ref, string(what), answer)
		return err
	})
}

// HeardFrom lists the sender's texts since a time that were dealt with, newest first.
func (s *Store) HeardFrom(ctx context.Context, in channels.Inbound, since time.Time) (found []subscribers.Heard, err error) {
	hash := in.From.Hash(in.Channel)
	err = s.read(ctx, "read what a sender wrote before", func(t *tx) error {
		found, err = list(ctx, t, scanHeard, `SELECT at, what, CASE WHEN answer = '' THEN 0 ELSE 1 END FROM inbound_messages
			WHERE hash = $1 AND at > $2 AND done = 1 ORDER BY at DESC, ref`, hash[:], millis(since))
		return err
	})
	return found, err
}

func scanHeard(r row) (h subscribers.Heard, err error) {
	err = r.Scan(asTime{&h.At}, (*string)(&h.What), asFlag{&h.Answered})
	return h, err
}

// ForgetInbound removes what came in before a time: texts, answers, and the
// service messages that brought them.
func (s *Store) ForgetInbound(ctx context.Context, before time.Time) error {
	return s.write(ctx, "forget what came in", func(t *tx) error {
		for _, query := range []string{
			`DELETE FROM service_messages WHERE id IN (SELECT told_by FROM inbox_messages WHERE at < $1 AND told_by IS NOT NULL)`,
			`DELETE FROM inbox_messages WHERE at < $1`,
			`DELETE FROM inbound_messages WHERE at < $1`,
		} {
			if _, err := t.ExecContext(ctx, query, millis(before)); err != nil {
				return err
			}
		}
		return nil
	})
}
