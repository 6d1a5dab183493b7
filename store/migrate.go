package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/pressly/goose/v3"

	"relais/store/migrations"
)

// migrate brings the tables up to date. Several nodes may start at once.
func (s *Store) migrate(ctx context.Context) error {
	steps, err := s.steps()
	if err != nil {
		return fmt.Errorf("read the migrations of database %s: %w", s.name, err)
	}
	unlock, err := s.lockMigrations(ctx)
	if err != nil {
		return fmt.Errorf("the database %s cannot be locked; %s: %w", s.name, s.notReady, err)
	}
	return errors.Join(s.apply(ctx, steps), unlock())
}

// apply takes the steps that are still to be done. SQLite has no lock over
// several transactions: a step may fail because another process made it in the
// meantime. Then the tables are further than before, and the rest is tried again.
func (s *Store) apply(ctx context.Context, steps *goose.Provider) error {
	before, err := s.refuseNewer(ctx, steps)
	if err != nil {
		return err
	}
	done, err := steps.Up(ctx)
	if err != nil {
		if now, nowErr := steps.GetDBVersion(ctx); nowErr == nil && now > before {
			return s.apply(ctx, steps)
		}
		return fmt.Errorf("bring database %s up to date: %w", s.name, err)
	}
	for _, step := range done {
		s.log.InfoContext(ctx, "database migrated", "step", step.Source.Version, "took", step.Duration)
	}
	return nil
}

func (s *Store) steps() (*goose.Provider, error) {
	return goose.NewProvider(goose.Dialect(s.engine.name), s.writing, migrations.Files, goose.WithDisableGlobalRegistry(true))
}

// migrationLock is our key among PostgreSQL's advisory locks: "relais" as a number.
const migrationLock = 0x72656c616973

// lockMigrations makes other nodes on PostgreSQL wait. (goose's own lock polls
// every five seconds at first; this one wakes at once.)
func (s *Store) lockMigrations(ctx context.Context) (unlock func() error, err error) {
	if !s.engine.pipelined {
		return func() error { return nil }, nil
	}
	conn, err := s.writing.Conn(ctx)
	if err != nil {
		return nil, err
	}
	// Another node's steps may take longer than lock_timeout.
	if _, err := conn.ExecContext(ctx, `SET lock_timeout = 0; SELECT pg_advisory_lock(`+strconv.Itoa(migrationLock)+`)`); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `RESET lock_timeout; SELECT pg_advisory_unlock(`+strconv.Itoa(migrationLock)+`)`)
		return errors.Join(err, conn.Close())
	}, nil
}

// refuseNewer keeps an old program from writing into tables that it does not
// know. It returns the step that the tables are at.
func (s *Store) refuseNewer(ctx context.Context, steps *goose.Provider) (int64, error) {
	current, known, err := steps.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("the database %s cannot be read; %s: %w", s.name, s.notReady, err)
	}
	if current > known {
		return 0, fmt.Errorf("the database %s was written by a newer Relais (its tables are at step %d, this program knows %d); start that newer program", s.name, current, known)
	}
	return current, nil
}
