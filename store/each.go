package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// batchSize is how many statements go to PostgreSQL in one round trip.
const batchSize = 1000

// each runs one statement n times, with the arguments that args gives for the
// i-th, and hands every row that it returns to scan, in the order of i. With a
// nil scan the statement returns nothing.
func (t *tx) each(ctx context.Context, query string, n int, args func(i int) []any, scan func(i int, r row) error) error {
	if n == 0 {
		return nil
	}
	if t.engine.pipelined {
		return t.pipeline(ctx, query, n, args, scan)
	}
	return t.loop(ctx, query, n, args, scan)
}

// loop is each for SQLite, where a statement costs no round trip but its
// preparation costs as much as several runs.
func (t *tx) loop(ctx context.Context, query string, n int, args func(i int) []any, scan func(i int, r row) error) error {
	prepared, err := t.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer prepared.Close() //nolint:errcheck // ends with the transaction
	// The driver starts a goroutine for each run whose context can end. The
	// transaction itself ends with ctx, so the runs need not.
	unwatched := context.WithoutCancel(ctx)
	for i := range n {
		if scan == nil {
			if _, err := prepared.ExecContext(unwatched, args(i)...); err != nil {
				return err
			}
			continue
		}
		rows, err := prepared.QueryContext(unwatched, args(i)...)
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := scan(i, rows); err != nil {
				_ = rows.Close()
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// pipeline is each for PostgreSQL.
func (t *tx) pipeline(ctx context.Context, query string, n int, args func(i int) []any, scan func(i int, r row) error) error {
	return t.conn.Raw(func(driverConn any) error {
		conn := driverConn.(*stdlib.Conn).Conn()
		for from := 0; from < n; from += batchSize {
			if err := sendBatch(ctx, conn, query, from, min(from+batchSize, n), args, scan); err != nil {
				return err
			}
		}
		return nil
	})
}

func sendBatch(ctx context.Context, conn *pgx.Conn, query string, from, to int, args func(i int) []any, scan func(i int, r row) error) error {
	var batch pgx.Batch
	for i := from; i < to; i++ {
		queued := batch.Queue(query, args(i)...)
		if scan == nil {
			continue
		}
		queued.Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := scan(i, rows); err != nil {
					return err
				}
			}
			return rows.Err()
		})
	}
	return conn.SendBatch(ctx, &batch).Close()
}
