package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// tx is one transaction.
type tx struct {
	*sql.Tx
	conn     *sql.Conn
	engine   engine
	patience time.Duration // of one statement; 0: as long as its context

	understood *understood
}

// within bounds one statement, on a connection that may lead nowhere.
func within(ctx context.Context, patience time.Duration) (context.Context, context.CancelFunc) {
	if patience == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, patience)
}

// ExecContext runs one writing statement.
func (t *tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, cancel := within(ctx, t.patience)
	defer cancel()
	return t.Tx.ExecContext(ctx, query, args...)
}

// How often a write that others were in the way of is tried, and the first pause.
const (
	writeTries = 8
	writePause = 5 * time.Millisecond
)

// write runs do in one transaction, and again when another one was in its way.
// So do begins by forgetting what an earlier run left in its results.
func (s *Store) write(ctx context.Context, what string, do func(*tx) error) error {
	return doing(what, s.explained(s.patiently(ctx, what, func() error { return s.run(ctx, s.writing, nil, do) })))
}

// explained adds to an error what a person has to do about it. The write has
// been undone, and the next one works as soon as there is room.
func (s *Store) explained(err error) error {
	if sqliteFull(err) || postgresFull(err) {
		return fmt.Errorf("the disk of the database %s is full; make room, and it goes on by itself: %w", s.name, err)
	}
	return err
}

// patiently tries again, with growing pauses, while others are in the way.
func (s *Store) patiently(ctx context.Context, what string, do func() error) error {
	pause := writePause
	for try := 1; ; try++ {
		err := do()
		if err == nil || try == writeTries || !sqliteBusy(err) && !postgresBusy(err) {
			return err
		}
		s.log.DebugContext(ctx, "database busy, trying again", "doing", what, "try", try)
		if err := rest(ctx, pause/2+rand.N(pause)); err != nil {
			return err
		}
		pause *= 2
	}
}

func rest(ctx context.Context, long time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(long):
		return nil
	}
}

// read runs do in one transaction that changes nothing.
func (s *Store) read(ctx context.Context, what string, do func(*tx) error) error {
	return doing(what, s.run(ctx, s.reading, &sql.TxOptions{ReadOnly: s.engine.pipelined}, do))
}

// run bounds the beginning and the end of the transaction; each statement in
// between has its own time (tx.ExecContext, forEach, each), so that a long one
// that goes on is not given up.
func (s *Store) run(ctx context.Context, db *sql.DB, options *sql.TxOptions, do func(*tx) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := s.watch(cancel)
	defer w.pause()
	err := w.transaction(ctx, db, options, do)
	if err != nil && w.gaveUp.Load() {
		// Told and not wrapped: to those above, a cancelled context means that Relais ends.
		return fmt.Errorf("%s did not answer within %s (%s): %w", s.name, s.patience, err.Error(), context.DeadlineExceeded)
	}
	return err
}

// watch cancels a transaction that hears nothing for the store's patience.
type watch struct {
	s      *Store
	timer  *time.Timer // nil: it waits for ever
	gaveUp atomic.Bool
}

func (s *Store) watch(cancel func()) *watch {
	w := &watch{s: s}
	if s.patience > 0 {
		w.timer = time.AfterFunc(s.patience, func() {
			w.gaveUp.Store(true)
			cancel()
		})
	}
	return w
}

func (w *watch) pause() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

func (w *watch) again() {
	if w.timer != nil {
		w.timer.Reset(w.s.patience)
	}
}

func (w *watch) transaction(ctx context.Context, db *sql.DB, options *sql.TxOptions, do func(*tx) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() // it goes back to the pool
	began, err := conn.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	w.pause()
	err = do(&tx{began, conn, w.s.engine, w.s.patience, &w.s.understood})
	w.again()
	if err != nil {
		return rollback(began, err)
	}
	return began.Commit()
}

// rollback keeps the error that was the reason for it. A transaction whose
// context ended has been rolled back already.
func rollback(began *sql.Tx, cause error) error {
	if err := began.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return errors.Join(cause, err)
	}
	return cause
}

// alone makes this transaction wait for others of the same name, for rare
// steps that look before they write. It ends with the transaction.
func (t *tx) alone(ctx context.Context, name string) error {
	if t.engine.oneWriter {
		return nil
	}
	_, err := t.ExecContext(ctx, `INSERT INTO locks (name, taken) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET taken = locks.taken + 1`, name)
	return err
}

func doing(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
