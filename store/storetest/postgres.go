package storetest

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// PostgresVariable names a server, as postgres://USER@HOST:PORT/NAME, whose
// user may make schemas.
const PostgresVariable = "RELAIS_TEST_DATABASE_URL"

// Postgres returns the address of a schema of the test's own on that server,
// without tables, which goes away with the test. A server that cannot be reached
// fails the test: it was asked for. (A copy of a database with tables is no
// sooner there than the tables are made: the server writes all of it.)
func Postgres(t testing.TB, server string) string {
	t.Helper()
	at, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s cannot be read; write it as postgres://USER@HOST:PORT/NAME", PostgresVariable)
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatalf("%s: %v", PostgresVariable, err)
	}
	run := func(query string) {
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	schema := "relais_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	run(`CREATE SCHEMA ` + schema)
	t.Cleanup(func() {
		run(`DROP SCHEMA ` + schema + ` CASCADE`)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	query := at.Query()
	query.Set("search_path", schema)
	at.RawQuery = query.Encode()
	return at.String()
}
