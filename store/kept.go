package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// keeper opens connections to SQLite that keep their statements prepared:
// preparing one of ours takes as long as running it for twenty rows.
type keeper struct{ driver.Connector }

func newKeeper(uri string) (keeper, error) {
	connector, err := sqlite.NewConnector(uri)
	return keeper{connector}, err
}

// Connect implements driver.Connector.
func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &keptConn{sqliteConn: conn.(sqliteConn), free: make(map[string]driver.Stmt)}, nil
}

// sqliteConn is what database/sql uses of the driver's connections.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// maxKept bounds the statements kept by one connection; Relais has about two
// hundred texts, a few of which vary in length.
const maxKept = 300

// keptConn is one connection. Its user has it alone.
type keptConn struct {
	sqliteConn
	free map[string]driver.Stmt // by text; one that runs is not in it
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *keptConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if kept, ok := c.free[query]; ok {
		delete(c.free, query)
		return &keptStmt{kept, c, query}, nil
	}
	prepared, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &keptStmt{prepared, c, query}, nil
}

// Close ends the connection with its statements.
func (c *keptConn) Close() error {
	var errs []error
	for _, kept := range c.free {
		errs = append(errs, kept.Close())
	}
	clear(c.free)
	return errors.Join(append(errs, c.sqliteConn.Close())...)
}

// Unwrap lets the driver find its own connection.
func (c *keptConn) Unwrap() driver.Conn { return c.sqliteConn }

// keptStmt goes back to its connection when it is closed.
type keptStmt struct {
	driver.Stmt
	conn *keptConn
	text string
}

// Close keeps the statement, unless one of the same text is kept or there are many.
func (s *keptStmt) Close() error {
	if _, double := s.conn.free[s.text]; double || len(s.conn.free) >= maxKept {
		return s.Stmt.Close()
	}
	s.conn.free[s.text] = s.Stmt
	return nil
}

// ExecContext implements driver.StmtExecContext.
func (s *keptStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext implements driver.StmtQueryContext.
func (s *keptStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}
