package storetest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// SQLite returns the address of a fresh database in a folder of the test's own,
// with its tables: to make them takes longer than most tests, so they are made
// once for each set of migrations, and copied.
func SQLite(t testing.TB) string {
	t.Helper()
	made, err := os.ReadFile(madeFile(t))
	if err != nil {
		t.Fatalf("copy the tables: %v", err)
	}
	path := filepath.Join(t.TempDir(), "relais.db")
	if err := os.WriteFile(path, made, 0o600); err != nil {
		t.Fatalf("copy the tables: %v", err)
	}
	return "sqlite:" + path
}

// madeFile is the file that is copied, made if it is not there yet. It is kept
// for the other packages' tests and for tomorrow's.
func madeFile(t testing.TB) string {
	t.Helper()
	kept := filepath.Join(keep(t), "tables-"+tables(t)+".db")
	if _, err := os.Stat(kept); err == nil {
		return kept
	} else if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	making, err := os.MkdirTemp(keep(t), "making-")
	if err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(making, "relais.db")
	migrate(t, "sqlite:"+fresh)
	// Of several tests that make it at once, the last one's stays: they are alike.
	if err := errors.Join(os.Rename(fresh, kept), os.RemoveAll(making)); err != nil {
		t.Fatal(err)
	}
	return kept
}

// keep is the user's own folder for what can be made again, or the test's.
func keep(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil { // no home
		return t.TempDir()
	}
	folder := filepath.Join(cache, "relais-tests")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}
