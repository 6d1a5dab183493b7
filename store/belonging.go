package store

import (
	"context"
	"fmt"

	"relais/broker"
	"relais/subscribers"
)

// Belonging returns the partnerships that a member has not left, by id.
func (s *Store) Belonging(ctx context.Context, id subscribers.MemberID) (found []broker.PartnershipID, err error) {
	err = s.read(ctx, fmt.Sprintf("read the partnerships of member %s", id), func(t *tx) error {
		found, err = list(ctx, t, scanPartnershipID, `SELECT partnership FROM memberships
			WHERE member = $1 AND left_at = 0 ORDER BY partnership`, id.UUID[:])
		return err
	})
	return found, err
}

// SetLang writes in which language a member is written to from now on, or
// returns subscribers.ErrNotFound.
func (s *Store) SetLang(ctx context.Context, id subscribers.MemberID, lang broker.Lang) error {
	return s.write(ctx, fmt.Sprintf("write the language of member %s", id), func(t *tx) error {
		done, err := t.ExecContext(ctx, `UPDATE members SET lang = $2 WHERE id = $1`, id.UUID[:], string(lang))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err == nil && n == 0 {
			return subscribers.ErrNotFound
		}
		return err
	})
}
