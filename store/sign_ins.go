package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/subscribers"
)

const signInColumns = `id, account, device, since, seen, expires`

// BeginSignIn writes that somebody is signed in on a device, and forgets what is over.
func (s *Store) BeginSignIn(ctx context.Context, one subscribers.SignIn) error {
	return s.write(ctx, fmt.Sprintf("begin sign-in %s", one.ID), func(t *tx) error {
		if _, err := t.ExecContext(ctx, `DELETE FROM sign_ins WHERE expires <= $1`, millis(one.Since)); err != nil {
			return err
		}
		_, err := t.ExecContext(ctx, `INSERT INTO sign_ins (`+signInColumns+`) VALUES ($1, $2, $3, $4, $4, $5)`,
			one.ID[:], one.Account.UUID[:], one.Device, millis(one.Since), millis(one.Expires))
		return err
	})
}

// SignIn returns one, or subscribers.ErrNotFound when it is over or was ended.
func (s *Store) SignIn(ctx context.Context, id uuid.UUID, now time.Time) (found subscribers.SignIn, err error) {
	err = s.read(ctx, fmt.Sprintf("read sign-in %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanSignIn, `SELECT `+signInColumns+` FROM sign_ins WHERE id = $1 AND expires > $2`, id[:], millis(now))
		return err
	})
	return found, err
}

// SeeSignIn writes when a device was last seen.
func (s *Store) SeeSignIn(ctx context.Context, id uuid.UUID, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("see sign-in %s", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE sign_ins SET seen = $2 WHERE id = $1 AND seen < $2`, id[:], millis(at))
		return err
	})
}

// SignInsOf lists where somebody is signed in, the device last seen at the front.
func (s *Store) SignInsOf(ctx context.Context, account subscribers.MemberID, now time.Time) (found []subscribers.SignIn, err error) {
	err = s.read(ctx, fmt.Sprintf("list the sign-ins of %s", account), func(t *tx) error {
		found, err = list(ctx, t, scanSignIn, `SELECT `+signInColumns+` FROM sign_ins WHERE account = $1 AND expires > $2 ORDER BY seen DESC, id DESC`,
			account.UUID[:], millis(now))
		return err
	})
	return found, err
}

// EndSignIn signs somebody out on one device of theirs; one that is over stays so.
func (s *Store) EndSignIn(ctx context.Context, account subscribers.MemberID, id uuid.UUID) error {
	return s.write(ctx, fmt.Sprintf("end sign-in %s", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `DELETE FROM sign_ins WHERE account = $1 AND id = $2`, account.UUID[:], id[:])
		return err
	})
}

// EndOtherSignIns signs somebody out everywhere but on one device.
func (s *Store) EndOtherSignIns(ctx context.Context, account subscribers.MemberID, but uuid.UUID) error {
	return s.write(ctx, fmt.Sprintf("end the other sign-ins of %s", account), func(t *tx) error {
		_, err := t.ExecContext(ctx, `DELETE FROM sign_ins WHERE account = $1 AND id <> $2`, account.UUID[:], but[:])
		return err
	})
}

func scanSignIn(r row) (one subscribers.SignIn, err error) {
	err = r.Scan(asID{(*[16]byte)(&one.ID)}, asID{(*[16]byte)(&one.Account.UUID)}, &one.Device, asTime{&one.Since}, asTime{&one.Seen}, asTime{&one.Expires})
	return one, err
}
