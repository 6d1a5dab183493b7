package store

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

// wanted is a table that a statement reads beside those of the database: each
// column has 16 bytes for each row, and n is the row's index. A thousand rows cost
// one statement, and values that are the same for all are bound once.
type wanted []column

type column struct {
	name string
	ids  [][]byte
}

// forWanted runs a statement over many ids and hands each row of its answer to
// scan. It reads them from a table wanted, which has the ids as id and their
// index as n; they are $1, and args are the arguments from $2 on.
//
// Write FROM wanted w CROSS JOIN other o … WHERE o.id = w.id: SQLite takes the
// tables of a CROSS JOIN in the order in which they stand.
func (t *tx) forWanted(ctx context.Context, ids [][]byte, scan func(row) error, query string, args ...any) error {
	return t.forTable(ctx, wanted{{name: "id", ids: ids}}, scan, query, args...)
}

// forTable is forWanted with several columns, which are $1, $2 and so on; args
// follow them.
func (t *tx) forTable(ctx context.Context, of wanted, scan func(row) error, query string, args ...any) error {
	if len(of[0].ids) == 0 {
		return nil
	}
	head, columns := of.packed()
	if t.engine.pipelined {
		head, columns = of.arrays()
	}
	return t.forEach(ctx, scan, head+query, append(columns, args...)...)
}

// arrays is how PostgreSQL takes the table: an array for each column.
func (w wanted) arrays() (head string, args []any) {
	var arrays, names []string
	for i, c := range w {
		arrays, names, args = append(arrays, fmt.Sprintf("$%d::bytea[]", i+1)), append(names, c.name), append(args, c.ids)
	}
	all := strings.Join(names, ", ")
	return `WITH wanted (n, ` + all + `) AS (SELECT o.n - 1, ` + all + `
		FROM unnest(` + strings.Join(arrays, ", ") + `) WITH ORDINALITY AS o (` + all + `, n)) `, args
}

// packed is how SQLite takes the table: for each column its values one after the
// other.
func (w wanted) packed() (head string, args []any) {
	var columns, names []string
	for i, c := range w {
		columns = append(columns, fmt.Sprintf("substr($%d, n * 16 + 1, 16)", i+1))
		names, args = append(names, c.name), append(args, bytes.Join(c.ids, nil))
	}
	return `WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE (n + 2) * 16 <= length($1)),
		wanted (n, ` + strings.Join(names, ", ") + `) AS (SELECT n, ` + strings.Join(columns, ", ") + ` FROM counted) `, args
}
