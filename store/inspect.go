package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrNotLetIn says that the database answers, and refuses user, password or name.
var ErrNotLetIn = errors.New("the database does not let us in")

// Inspection is what a look at a database found. Nothing was changed.
type Inspection struct {
	Step     int64         // that its tables are at; 0: there are none yet
	Known    int64         // the newest that this program knows
	Ahead    time.Duration // of the database's clock before this machine's; 0 where they are one
	ReadOnly error         // why tables cannot be made or written; nil: they can
}

// Inspect looks at a database and brings no tables up to date, so that it may
// be called beside a node that runs, and before the first start. The file of
// an embedded database must exist. An error means that it could not be asked.
func Inspect(ctx context.Context, url string) (found Inspection, err error) {
	s, err := connect(url)
	if err != nil {
		return found, err
	}
	defer s.Close()
	if err := s.Ping(ctx); err != nil {
		return found, notLetIn(err)
	}
	steps, err := s.steps()
	if err != nil {
		return found, err
	}
	for _, source := range steps.ListSources() {
		found.Known = max(found.Known, source.Version)
	}
	if found.Step, err = s.step(ctx); err != nil {
		return found, fmt.Errorf("read the step of database %s: %w", s.name, err)
	}
	if found.Ahead, err = s.ahead(ctx); err != nil {
		return found, fmt.Errorf("ask database %s for its time: %w", s.name, err)
	}
	found.ReadOnly = s.tryToWrite(ctx)
	return found, nil
}

// notLetIn tells a refusal from silence (PostgreSQL, appendix A: invalid
// authorization, and no such database).
func notLetIn(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (strings.HasPrefix(refused.Code, "28") || refused.Code == "3D000") {
		return errors.Join(ErrNotLetIn, err)
	}
	return err
}

// step is read without goose, which would make its table.
func (s *Store) step(ctx context.Context) (step int64, err error) {
	known := `SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`
	if s.engine.pipelined {
		known = `SELECT count(*) FROM pg_tables WHERE tablename = 'goose_db_version' AND schemaname = current_schema()`
	}
	tables := 0
	if err := s.reading.QueryRowContext(ctx, known).Scan(&tables); err != nil || tables == 0 {
		return 0, err
	}
	err = s.reading.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&step)
	return step, err
}

// ahead compares the clocks.
func (s *Store) ahead(ctx context.Context) (time.Duration, error) {
	there, here, err := s.Clock(ctx)
	return there.Sub(here), err
}

// tryToWrite makes a table, as the next version of Relais may have to, and
// takes it back.
func (s *Store) tryToWrite(ctx context.Context) error {
	t, err := s.writing.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() //nolint:errcheck // nothing is to be kept
	_, err = t.ExecContext(ctx, `CREATE TABLE relais_doctor (n INTEGER)`)
	return err
}
