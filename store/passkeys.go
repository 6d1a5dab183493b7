package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/subscribers"
)

const passkeyColumns = `id, account, key, name, record, made, used, doubted`

// Passkeys lists somebody's, the oldest first.
func (s *Store) Passkeys(ctx context.Context, account subscribers.MemberID) (found []subscribers.Passkey, err error) {
	err = s.read(ctx, fmt.Sprintf("read the passkeys of %s", account), func(t *tx) error {
		found, err = list(ctx, t, scanPasskey, `SELECT `+passkeyColumns+` FROM passkeys WHERE account = $1 ORDER BY made, id`, account.UUID[:])
		return err
	})
	return found, err
}

// AddPasskey writes one, or returns subscribers.ErrPasskeyTaken.
func (s *Store) AddPasskey(ctx context.Context, one subscribers.Passkey) error {
	return s.write(ctx, fmt.Sprintf("write passkey %s", one.ID), func(t *tx) error {
		done, err := t.ExecContext(ctx, `INSERT INTO passkeys (`+passkeyColumns+`) SELECT $1, $2, $3, $4, $5, $6, 0, 0
			WHERE (SELECT count(*) FROM passkeys WHERE account = $2) < $7 ON CONFLICT (key) DO NOTHING`,
			one.ID[:], one.Account.UUID[:], one.Key, one.Name, one.Record, millis(one.Made), subscribers.MaxPasskeys)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return subscribers.ErrPasskeyTaken
	})
}

// UsePasskey writes what a sign-in changed: the counter in the record, and when it was.
func (s *Store) UsePasskey(ctx context.Context, id uuid.UUID, record string, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("note the use of passkey %s", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE passkeys SET record = $2, used = $3 WHERE id = $1`, id[:], record, millis(at))
		return err
	})
}

// DoubtPasskey keeps one from signing in any more: somebody may have copied it.
func (s *Store) DoubtPasskey(ctx context.Context, id uuid.UUID, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("doubt passkey %s", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE passkeys SET doubted = $2 WHERE id = $1 AND doubted = 0`, id[:], millis(at))
		return err
	})
}

// RemovePasskey forgets one of somebody's; one that is gone stays so.
func (s *Store) RemovePasskey(ctx context.Context, account subscribers.MemberID, id uuid.UUID) error {
	return s.write(ctx, fmt.Sprintf("remove passkey %s", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `DELETE FROM passkeys WHERE account = $1 AND id = $2`, account.UUID[:], id[:])
		return err
	})
}

// AddChallenge writes one, and forgets those that are over.
func (s *Store) AddChallenge(ctx context.Context, one subscribers.Challenge, now time.Time) error {
	return s.write(ctx, "write challenge", func(t *tx) error {
		if _, err := t.ExecContext(ctx, `DELETE FROM challenges WHERE expires <= $1`, millis(now)); err != nil {
			return err
		}
		_, err := t.ExecContext(ctx, `INSERT INTO challenges (id, record, expires) VALUES ($1, $2, $3)`, one.ID[:], one.Record, millis(one.Expires))
		return err
	})
}

// TakeChallenge returns one and forgets it, once for all nodes; or returns
// subscribers.ErrNotFound for one that is over, was answered, or never was.
func (s *Store) TakeChallenge(ctx context.Context, id uuid.UUID, now time.Time) (taken subscribers.Challenge, err error) {
	err = s.write(ctx, "take challenge", func(t *tx) error {
		taken, err = one(ctx, t, scanChallenge, `SELECT id, record, expires FROM challenges WHERE id = $1 AND expires > $2`, id[:], millis(now))
		if err != nil {
			return err
		}
		done, err := t.ExecContext(ctx, `DELETE FROM challenges WHERE id = $1`, id[:])
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 { // another node was first
			return orNotFound(err)
		}
		return nil
	})
	return taken, err
}

func scanPasskey(r row) (one subscribers.Passkey, err error) {
	err = r.Scan(asID{(*[16]byte)(&one.ID)}, asID{(*[16]byte)(&one.Account.UUID)}, &one.Key, &one.Name, &one.Record, asTime{&one.Made}, asTime{&one.Used}, asTime{&one.Doubted})
	return one, err
}

func scanChallenge(r row) (one subscribers.Challenge, err error) {
	err = r.Scan(asID{(*[16]byte)(&one.ID)}, &one.Record, asTime{&one.Expires})
	return one, err
}
