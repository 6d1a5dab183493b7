package store_test

import (
	"context"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"

	"relais/store"
)

// postgresVariable names a server, as postgres://USER@HOST:PORT/NAME, whose
// user may make schemas. Without it the suite runs on SQLite alone.
const postgresVariable = "RELAIS_TEST_DATABASE_URL"

// engines returns for each database a maker of fresh, empty addresses.
func engines() map[string]func(testing.TB) string {
	makers := map[string]func(testing.TB) string{"sqlite": sqliteURL}
	if os.Getenv(postgresVariable) != "" {
		makers["postgres"] = postgresURL
	}
	return makers
}

// onBoth runs a test on a fresh store of each database.
func onBoth(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	for name, fresh := range engines() {
		t.Run(name, func(t *testing.T) {
			url := fresh(t)
			t.Cleanup(func() { apartAgrees(t, url) }) // after open's, which closes
			test(t, open(t, url))
		})
	}
}

// apartAgrees fails where a row is suppressed and holds the key that keeps its
// address from getting the message by another row, or the other way round.
func apartAgrees(t *testing.T, url string) {
	t.Helper()
	driver, name := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	must(t, err)
	var wrong int
	must(t, db.QueryRow(`SELECT COUNT(*) FROM deliveries WHERE (state = 'suppressed') <> (apart = 1)`).Scan(&wrong))
	must(t, db.Close())
	if wrong > 0 {
		t.Errorf("%d deliveries are suppressed or apart, and not both", wrong)
	}
}

func open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func sqliteURL(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "relais.db")
}

// postgresURL makes a schema of its own and drops it in the end. A server that
// cannot be reached fails the test: it was asked for.
func postgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(postgresVariable)
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatalf("%s: %v", postgresVariable, err)
	}
	schema := "store_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := db.Exec(`CREATE SCHEMA ` + schema); err != nil {
		t.Fatalf("%s: %v", postgresVariable, err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec(`DROP SCHEMA ` + schema + ` CASCADE`); err != nil {
			t.Errorf("drop schema: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	at, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s cannot be read", postgresVariable)
	}
	query := at.Query()
	query.Set("search_path", schema)
	at.RawQuery = query.Encode()
	return at.String()
}
