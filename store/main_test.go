package store_test

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relais/store"
	"relais/store/storetest"
)

// engines returns for each database a maker of fresh addresses, without
// anything in its tables. Without a server for PostgreSQL the suite runs on
// SQLite alone.
func engines() map[string]func(testing.TB) string {
	makers := emptyEngines()
	makers["sqlite"] = storetest.SQLite
	return makers
}

// emptyEngines is engines where no tables are made yet.
func emptyEngines() map[string]func(testing.TB) string {
	makers := map[string]func(testing.TB) string{"sqlite": emptySQLite}
	if server := os.Getenv(storetest.PostgresVariable); server != "" {
		makers["postgres"] = func(t testing.TB) string { return storetest.Postgres(t, server) }
	}
	return makers
}

func emptySQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "relais.db") }

// onPostgres returns the address of a fresh database on the server, or skips
// the test where there is none.
func onPostgres(t *testing.T) string {
	t.Helper()
	server := os.Getenv(storetest.PostgresVariable)
	if server == "" {
		t.Skip(storetest.PostgresVariable + " is not set")
	}
	return storetest.Postgres(t, server)
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
