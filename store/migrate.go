package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the tables up to date. Several nodes may start at once.
func (s *Store) migrate(ctx context.Context) error {
	steps, err := s.steps()
	if err != nil {
		return fmt.Errorf("read the migrations of database %s: %w", s.name, err)
	}
	if err := s.refuseNewer(ctx, steps); err != nil {
		return err
	}
	done, err := steps.Up(ctx)
	if err != nil && s.otherWasFirst(ctx, steps) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("bring database %s up to date: %w", s.name, err)
	}
	for _, step := range done {
		s.log.InfoContext(ctx, "database migrated", "step", step.Source.Version, "took", step.Duration)
	}
	return nil
}

func (s *Store) steps() (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.engine.name == "postgres" {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(goose.Dialect(s.engine.name), s.writing, files, options...)
}

// refuseNewer keeps an old program from writing into tables that it does not know.
func (s *Store) refuseNewer(ctx context.Context, steps *goose.Provider) error {
	current, known, err := steps.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("the database %s cannot be read; %s: %w", s.name, s.notReady, err)
	}
	if current > known {
		return fmt.Errorf("the database %s was written by a newer Relais (its tables are at step %d, this program knows %d); start that newer program", s.name, current, known)
	}
	return nil
}

// otherWasFirst says whether a migration failed because another process made
// it: SQLite has no lock over several transactions.
func (s *Store) otherWasFirst(ctx context.Context, steps *goose.Provider) bool {
	if s.engine.pipelined {
		return false
	}
	pending, err := steps.HasPending(ctx)
	return err == nil && !pending
}
