package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// AddInvitation writes one, unless most were made for its partnership in the day
// before: subscribers.ErrTooMany. Those of the partnership that ended long ago go.
func (s *Store) AddInvitation(ctx context.Context, i subscribers.Invitation, most int) error {
	return s.write(ctx, "write invitation", func(t *tx) error {
		n, err := one(ctx, t, scanNumber, `SELECT count(*) FROM invitations WHERE partnership = $1 AND made > $2`,
			string(i.Partnership), millis(i.Made.Add(-24*time.Hour)))
		if err != nil {
			return err
		}
		if n >= most {
			return subscribers.ErrTooMany
		}
		if _, err := t.ExecContext(ctx, `DELETE FROM invitations WHERE partnership = $1 AND expires < $2`,
			string(i.Partnership), millis(i.Made.Add(-subscribers.InvitationValidity))); err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, `INSERT INTO invitations (id, partnership, made_by, made, expires, revoked, used) VALUES ($1, $2, $3, $4, $5, 0, 0)`,
			i.ID.UUID[:], string(i.Partnership), i.By.UUID[:], millis(i.Made), millis(i.Expires))
		return err
	})
}

const invitationColumns = `id, partnership, made_by, made, expires, revoked, used`

// Invitation returns one, good or not, or subscribers.ErrNotFound.
func (s *Store) Invitation(ctx context.Context, id subscribers.InvitationID) (found subscribers.Invitation, err error) {
	err = s.read(ctx, fmt.Sprintf("read invitation %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanInvitation, `SELECT `+invitationColumns+` FROM invitations WHERE id = $1`, id.UUID[:])
		return err
	})
	return found, err
}

// Invitations returns at most limit of a partnership, the newest first.
func (s *Store) Invitations(ctx context.Context, p broker.PartnershipID, limit int) (found []subscribers.Invitation, err error) {
	err = s.read(ctx, fmt.Sprintf("read the invitations of partnership %s", p), func(t *tx) error {
		found, err = list(ctx, t, scanInvitation, `SELECT `+invitationColumns+` FROM invitations WHERE partnership = $1 ORDER BY made DESC, id DESC LIMIT $2`, string(p), limit)
		return err
	})
	return found, err
}

// RevokeInvitation takes one of a partnership back; one that was taken back
// before stays so.
func (s *Store) RevokeInvitation(ctx context.Context, p broker.PartnershipID, id subscribers.InvitationID, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("revoke invitation %s", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE invitations SET revoked = $3 WHERE id = $1 AND partnership = $2 AND revoked = 0`, id.UUID[:], string(p), millis(at))
		return err
	})
}

// UseInvitation counts that somebody has filled in the form of a good one.
func (s *Store) UseInvitation(ctx context.Context, p broker.PartnershipID, id subscribers.InvitationID, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("count the use of invitation %s", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE invitations SET used = used + 1 WHERE id = $1 AND partnership = $2 AND revoked = 0 AND expires > $3`,
			id.UUID[:], string(p), millis(at))
		return err
	})
}

func scanInvitation(r row) (i subscribers.Invitation, err error) {
	err = r.Scan(asID{(*[16]byte)(&i.ID.UUID)}, (*string)(&i.Partnership), asID{(*[16]byte)(&i.By.UUID)}, asTime{&i.Made}, asTime{&i.Expires}, asTime{&i.Revoked}, &i.Used)
	return i, err
}
