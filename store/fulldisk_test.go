//go:build linux

package store_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"relais/broker/breaktest"
	"relais/store"
)

// A full disk is an error that says what to do. What was written before is
// there, and as soon as there is room the same store writes again.
func TestSQLiteGoesOnAfterAFullDisk(t *testing.T) {
	dir := breaktest.SmallDisk(t, "16m")
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(dir, "relais.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	keep := func(name string) error {
		_, err := s.Setting(t.Context(), name, func() ([]byte, error) { return make([]byte, 16<<10), nil })
		return err
	}
	if err := keep("before"); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 64<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	if err := keep("meanwhile"); err == nil || !strings.Contains(err.Error(), "make room") {
		t.Errorf("got %v, want what to do about it", err)
	}
	if _, err := s.Partnerships(t.Context(), ""); err != nil {
		t.Errorf("a full disk cannot be read either: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"before", "meanwhile", "after"} {
		if err := keep(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
