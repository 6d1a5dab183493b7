package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Store is the directory and the ledger. It may be used by many goroutines.
type Store struct {
	log      *slog.Logger
	name     string  // for errors: the file, or host and database
	engine   engine  //
	writing  *sql.DB // on SQLite one connection, for it has one writer
	reading  *sql.DB
	patience time.Duration // of a statement; 0: as long as its context
	answers  time.Duration // PostgreSQL: how long a connection that has rested may take to say so
	notReady string        // what to do when the database cannot be reached

	understood understood
}

// engine is what differs between the two databases.
type engine struct {
	name      string // as goose calls the dialect
	pipelined bool   // many statements in one round trip
	oneWriter bool   // a transaction that writes waits for every other one that does
}

// Open opens a database by its address, "sqlite:PATH" or "postgres://…",
// brings its tables up to date, and leaves it ready. Errors are one sentence
// that names the database, never its password.
func Open(ctx context.Context, url string, log *slog.Logger) (*Store, error) {
	s, err := connect(url)
	if err != nil {
		return nil, err
	}
	s.log = log
	// SQLite does not wait for others while it turns to write-ahead logging.
	if err := s.patiently(ctx, "open", func() error { return s.prepare(ctx) }); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func connect(url string) (*Store, error) {
	path, isSQLite := strings.CutPrefix(url, "sqlite:")
	switch {
	case url == "":
		return nil, errors.New("no database is named; give sqlite:PATH or postgres://USER@HOST/NAME")
	case isSQLite:
		return connectSQLite(path)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return connectPostgres(url)
	}
	return nil, errors.New("the database's address begins with neither sqlite: nor postgres://; give sqlite:PATH or postgres://USER@HOST/NAME")
}

func (s *Store) prepare(ctx context.Context) error {
	if err := s.Ping(ctx); err != nil {
		return err
	}
	return s.migrate(ctx)
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	for _, db := range []*sql.DB{s.writing, s.reading} {
		if err := db.PingContext(ctx); err != nil {
			return fmt.Errorf("the database %s cannot be opened; %s: %w", s.name, s.notReady, err)
		}
	}
	return nil
}

// Close ends all connections. On SQLite the write-ahead log is folded into the file.
func (s *Store) Close() error {
	if s.writing == s.reading {
		return s.writing.Close()
	}
	return errors.Join(s.reading.Close(), s.writing.Close())
}
