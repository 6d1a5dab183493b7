package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

const tokenColumns = `id, zone, name, scopes, hash, made, made_by, expires, used, revoked, revoked_by`

// AddToken writes a token, or returns subscribers.ErrTokenName when its zone has,
// or had, one of this name.
func (s *Store) AddToken(ctx context.Context, one subscribers.Token) error {
	return s.write(ctx, fmt.Sprintf("write token %s", one.ID), func(t *tx) error {
		done, err := t.ExecContext(ctx, `INSERT INTO tokens (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, '') ON CONFLICT (zone, name) DO NOTHING`,
			one.ID.UUID[:], string(one.Zone), one.Name, joinWords(one.Scopes), one.Hash[:], millis(one.Made), one.By, millis(one.Expires))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return subscribers.ErrTokenName
	})
}

// TokenOf returns the token with this hash, good or not, or subscribers.ErrNotFound.
func (s *Store) TokenOf(ctx context.Context, hash subscribers.TokenHash) (found subscribers.Token, err error) {
	err = s.read(ctx, "find a token", func(t *tx) error {
		found, err = one(ctx, t, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE hash = $1`, hash[:])
		return err
	})
	return found, err
}

// NoteTokenUse writes when a token was used last.
func (s *Store) NoteTokenUse(ctx context.Context, id subscribers.TokenID, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("note the use of token %s", id), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE tokens SET used = $2 WHERE id = $1 AND used < $2`, id.UUID[:], millis(at))
		return err
	})
}

// Tokens returns those of a zone, or of all when it is empty, by zone and the
// newest first.
func (s *Store) Tokens(ctx context.Context, zone broker.ZoneID) (found []subscribers.Token, err error) {
	err = s.read(ctx, "read tokens", func(t *tx) error {
		found, err = list(ctx, t, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE zone = $1 OR $1 = '' ORDER BY zone, made DESC, id`, string(zone))
		return err
	})
	return found, err
}

// RevokeToken ends a token of a zone; one that has been revoked stays so, with
// who was first. It returns subscribers.ErrNotFound when the zone has none.
func (s *Store) RevokeToken(ctx context.Context, zone broker.ZoneID, id subscribers.TokenID, by string, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("revoke token %s", id), func(t *tx) error {
		there, err := one(ctx, t, scanNumber, `SELECT count(*) FROM tokens WHERE id = $1 AND zone = $2`, id.UUID[:], string(zone))
		if err != nil || there == 0 {
			return orNotFound(err)
		}
		_, err = t.ExecContext(ctx, `UPDATE tokens SET revoked = $2, revoked_by = $3 WHERE id = $1 AND revoked = 0`, id.UUID[:], millis(at), by)
		return err
	})
}

func scanToken(r row) (one subscribers.Token, err error) {
	var scopes string
	var hash []byte
	err = r.Scan(asID{(*[16]byte)(&one.ID.UUID)}, (*string)(&one.Zone), &one.Name, &scopes, &hash, asTime{&one.Made}, &one.By,
		asTime{&one.Expires}, asTime{&one.Used}, asTime{&one.Revoked}, &one.RevokedBy)
	if err != nil {
		return one, err
	}
	if len(hash) != len(one.Hash) {
		return one, fmt.Errorf("%w: %d bytes for a hash", errColumn, len(hash))
	}
	one.Hash, one.Scopes = subscribers.TokenHash(hash), splitWords[subscribers.TokenScope](scopes)
	return one, nil
}
