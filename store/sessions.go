package store

import (
	"context"
	"time"
)

// Sessions keeps who is signed in, so that any node knows and a restart signs
// nobody out. It is what scs asks for: its contexts are those of requests, and
// its tokens come hashed.
type Sessions struct {
	Store *Store
	Now   func() time.Time
}

// FindCtx returns a session's data; found is false for one that is unknown or over.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.Store.read(ctx, "read session", func(t *tx) error {
		rows, err := list(ctx, t, scanBytes, `SELECT data FROM sessions WHERE token = $1 AND expires > $2`, token, millis(s.Now()))
		if len(rows) > 0 {
			data, found = rows[0], true
		}
		return err
	})
	return data, found, err
}

// CommitCtx writes a session, and forgets those that are over.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	return s.Store.write(ctx, "write session", func(t *tx) error {
		if _, err := t.ExecContext(ctx, `DELETE FROM sessions WHERE expires <= $1`, millis(s.Now())); err != nil {
			return err
		}
		_, err := t.ExecContext(ctx, `INSERT INTO sessions (token, data, expires) VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires = excluded.expires`, token, notNil(data), millis(expires))
		return err
	})
}

// DeleteCtx ends a session; one that is unknown is no error.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.Store.write(ctx, "end session", func(t *tx) error {
		_, err := t.ExecContext(ctx, `DELETE FROM sessions WHERE token = $1`, token)
		return err
	})
}

// Find is FindCtx for who has no context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for who has no context.
func (s *Sessions) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

// Delete is DeleteCtx for who has no context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
