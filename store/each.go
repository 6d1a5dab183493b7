package store

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// batchSize is how many statements go to PostgreSQL in one round trip.
const batchSize = 1000

// each runs one writing statement n times, with the arguments that args gives
// for the i-th, and says which of them changed a row. The text is the same for
// both databases; no row costs a round trip.
func (t *tx) each(ctx context.Context, query string, n int, args func(i int) []any) (changed []bool, err error) {
	changed = make([]bool, n)
	if n == 0 {
		return changed, nil
	}
	err = t.conn.Raw(func(driverConn any) error {
		if conn, ok := driverConn.(*stdlib.Conn); ok {
			return t.sendBatches(ctx, conn.Conn(), query, changed, args)
		}
		return loop(ctx, driverConn.(driver.ConnPrepareContext), query, changed, args)
	})
	return changed, err
}

// loop is each for SQLite: one prepared statement, run by the driver itself,
// for database/sql costs as much as SQLite does here.
func loop(ctx context.Context, conn driver.ConnPrepareContext, query string, changed []bool, args func(i int) []any) error {
	prepared, err := conn.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer prepared.Close() // ends with the transaction
	// The driver starts a goroutine for each run whose context can end.
	unwatched := context.WithoutCancel(ctx)
	var values []driver.NamedValue
	for i := range changed {
		if err := ctx.Err(); err != nil {
			return err
		}
		if values, err = appendValues(values[:0], args(i)); err != nil {
			return err
		}
		done, err := prepared.(driver.StmtExecContext).ExecContext(unwatched, values)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		changed[i] = n > 0
	}
	return nil
}

func appendValues(values []driver.NamedValue, args []any) ([]driver.NamedValue, error) {
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, err
		}
		values = append(values, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return values, nil
}

// sendBatches is each for PostgreSQL.
func (t *tx) sendBatches(ctx context.Context, conn *pgx.Conn, query string, changed []bool, args func(i int) []any) error {
	for from := 0; from < len(changed); from += batchSize {
		var batch pgx.Batch
		for i := from; i < min(from+batchSize, len(changed)); i++ {
			batch.Queue(query, args(i)...).Exec(func(done pgconn.CommandTag) error {
				changed[i] = done.RowsAffected() > 0
				return nil
			})
		}
		if err := t.sendBatch(ctx, conn, &batch); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) sendBatch(ctx context.Context, conn *pgx.Conn, batch *pgx.Batch) error {
	ctx, cancel := within(ctx, t.patience)
	defer cancel()
	return conn.SendBatch(ctx, batch).Close()
}
