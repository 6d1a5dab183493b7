package store

import (
	"context"
	"fmt"
)

// Setting returns what is kept under a key. The first to ask makes the value;
// when several nodes ask at once, one value is kept and all get that one. The
// values are secrets (the key of the links, the key of push).
func (s *Store) Setting(ctx context.Context, key string, make func() ([]byte, error)) ([]byte, error) {
	value, err := s.setting(ctx, key)
	if err != nil || value != nil {
		return value, err
	}
	made, err := make()
	if err != nil {
		return nil, fmt.Errorf("make the setting %s: %w", key, err)
	}
	err = s.write(ctx, fmt.Sprintf("keep the setting %s", key), func(t *tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, key, notNil(made))
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.setting(ctx, key)
}

// setting returns nil for a key that has no value yet.
func (s *Store) setting(ctx context.Context, key string) (value []byte, err error) {
	err = s.read(ctx, fmt.Sprintf("read the setting %s", key), func(t *tx) error {
		found, err := list(ctx, t, scanBytes, `SELECT value FROM settings WHERE key = $1`, key)
		if len(found) > 0 {
			value = notNil(found[0])
		}
		return err
	})
	return value, err
}

func scanBytes(r row) (v []byte, err error) {
	err = r.Scan(&v)
	return v, err
}
