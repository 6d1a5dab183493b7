package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// row is one row of an answer.
type row interface{ Scan(into ...any) error }

// forEach hands every row of an answer to scan, which must not use t.
func (t *tx) forEach(ctx context.Context, scan func(row) error, text string, args ...any) error {
	if !t.engine.pipelined {
		return t.conn.Raw(func(driverConn any) error {
			return query(ctx, driverConn.(driver.ConnPrepareContext), scan, text, args)
		})
	}
	ctx, cancel := within(ctx, t.patience)
	defer cancel()
	rows, err := t.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close() // rows.Err has it
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// list reads every row of an answer.
func list[T any](ctx context.Context, t *tx, read func(row) (T, error), query string, args ...any) ([]T, error) {
	var found []T
	err := t.forEach(ctx, func(r row) error {
		item, err := read(r)
		found = append(found, item)
		return err
	}, query, args...)
	return found, err
}

// one reads the only row of an answer, or returns subscribers.ErrNotFound.
func one[T any](ctx context.Context, t *tx, read func(row) (T, error), query string, args ...any) (T, error) {
	var none T
	found, err := list(ctx, t, read, query, args...)
	if err != nil {
		return none, err
	}
	if len(found) == 0 {
		return none, subscribers.ErrNotFound
	}
	return found[0], nil
}

// listed writes ids as $n, $n+1 after the arguments that there are;
// listedPartnerships does the same with partnerships.
func listed(ids []broker.MessageID, args []any) (string, []any) {
	return marks(ids, args, func(id broker.MessageID) any { return id.UUID[:] })
}

func listedPartnerships(ids []broker.PartnershipID, args []any) (string, []any) {
	return marks(ids, args, func(id broker.PartnershipID) any { return string(id) })
}

func marks[T any](all []T, args []any, value func(T) any) (string, []any) {
	places := make([]string, len(all))
	for i, one := range all {
		args = append(args, value(one))
		places[i] = fmt.Sprintf("$%d", len(args))
	}
	return strings.Join(places, ", "), args
}

// deliveryBytes and their like are ids as forWanted takes them.
func deliveryBytes(ids []channels.DeliveryID) [][]byte {
	return bytesOf(ids, func(id *channels.DeliveryID) []byte { return id.UUID[:] })
}

func memberBytes(ids []subscribers.MemberID) [][]byte {
	return bytesOf(ids, func(id *subscribers.MemberID) []byte { return id.UUID[:] })
}

func messageBytes(ids []broker.MessageID) [][]byte {
	return bytesOf(ids, func(id *broker.MessageID) []byte { return id.UUID[:] })
}

func approvalBytes(ids []subscribers.ApprovalID) [][]byte {
	return bytesOf(ids, func(id *subscribers.ApprovalID) []byte { return id.UUID[:] })
}

func bytesOf[T any](all []T, id func(*T) []byte) [][]byte {
	bytes := make([][]byte, len(all))
	for i := range all {
		bytes[i] = id(&all[i])
	}
	return bytes
}

// scanNumber reads the one column of a count.
func scanNumber(r row) (n int, err error) { return n, r.Scan(&n) }
