// Package storetest gives each test a database of its own. Only tests import it.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"testing"

	"relais/store"
	"relais/store/migrations"
)

// tables names what the migrations make: another name when one of them changes.
func tables(t testing.TB) string {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql") // in their order
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	for _, name := range names {
		step, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		sum.Write([]byte(name + "\n"))
		sum.Write(step)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// migrate makes the tables in an empty database.
func migrate(t testing.TB, url string) {
	t.Helper()
	s, err := store.Open(context.WithoutCancel(t.Context()), url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("make the tables: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatalf("make the tables: %v", err)
	}
}
