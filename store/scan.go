package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// query is forEach for SQLite, by the driver itself: database/sql looks at each
// value as often as SQLite does. scan must not use the transaction.
func query(ctx context.Context, conn driver.ConnPrepareContext, scan func(row) error, text string, args []any) (err error) {
	prepared, err := conn.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	values, err := appendValues(nil, args)
	if err != nil {
		return errors.Join(err, prepared.Close())
	}
	rows, err := prepared.(driver.StmtQueryContext).QueryContext(ctx, values)
	if err != nil {
		return errors.Join(err, prepared.Close())
	}
	defer func() { err = errors.Join(err, rows.Close(), prepared.Close()) }()
	found := make(driverRow, len(rows.Columns()))
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rows.Next(found); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := scan(found); err != nil {
			return err
		}
	}
}

// driverRow is one row as the driver hands it over.
type driverRow []driver.Value

// Scan copies the values into what they are meant for.
func (r driverRow) Scan(into ...any) error {
	if len(into) != len(r) {
		return fmt.Errorf("%w: %d columns for %d", errColumn, len(r), len(into))
	}
	for i, value := range r {
		if err := assign(into[i], value); err != nil {
			return err
		}
	}
	return nil
}

func assign(into any, value driver.Value) error {
	switch to := into.(type) {
	case sql.Scanner:
		return to.Scan(value)
	case *string:
		if text, ok := value.(string); ok {
			*to = text
			return nil
		}
	case *int:
		if n, ok := value.(int64); ok {
			*to = int(n)
			return nil
		}
	case *int64:
		if n, ok := value.(int64); ok {
			*to = n
			return nil
		}
	case *[]byte:
		switch raw := value.(type) {
		case []byte:
			*to = raw
			return nil
		case string:
			*to = []byte(raw)
			return nil
		}
	}
	return fmt.Errorf("%w: %T for %T", errColumn, value, into)
}
