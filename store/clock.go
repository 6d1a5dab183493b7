package store

import (
	"context"
	"fmt"
	"time"
)

// Clock returns what the database's clock shows, and this machine's in the middle of
// the round trip that asked for it. On SQLite they are one.
func (s *Store) Clock(ctx context.Context) (there, here time.Time, err error) {
	before := time.Now()
	if !s.engine.pipelined {
		return before, before, nil
	}
	ctx, cancel := within(ctx, s.patience)
	defer cancel()
	if err := s.reading.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&there); err != nil {
		return there, here, fmt.Errorf("read the database's clock: %w", err)
	}
	return there, before.Add(time.Since(before) / 2), nil
}
