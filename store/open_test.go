package store_test

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"relais/store"
)

func TestOpenRefusesInOneSentence(t *testing.T) {
	folder := t.TempDir()
	noDatabase := filepath.Join(folder, "letter.txt")
	must(t, os.WriteFile(noDatabase, []byte(strings.Repeat("Dear coordinator, ", 100)), 0o600))
	for _, test := range []struct{ name, url, want string }{
		{"none", "", "no database is named"},
		{"other engine", "mysql://here", "neither sqlite: nor postgres://"},
		{"no path", "sqlite:", "needs the path of a file"},
		{"memory", "sqlite::memory:", "needs the path of a file"},
		{"no folder", "sqlite:" + folder + "/none/relais.db", "create its folder"},
		{"no database", "sqlite:" + noDatabase, "letter.txt cannot be opened"},
		{"no server", "postgres://relais:sesame@127.0.0.1:1/relais", "relais on 127.0.0.1:1 cannot be opened"},
		{"malformed", "postgres://relais:ses%ame@127.0.0.1:x/relais", "the database's address cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := store.Open(context.Background(), test.url, slog.New(slog.DiscardHandler))
			if err == nil {
				_ = s.Close()
				t.Fatal("got no error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want it to hold %q", err, test.want)
			}
			if strings.Contains(err.Error(), "ame@") || strings.Contains(err.Error(), "sesame") {
				t.Errorf("the password shows: %q", err)
			}
		})
	}
}

func TestOpenRefusesNewerDatabase(t *testing.T) {
	for name, fresh := range engines() {
		t.Run(name, func(t *testing.T) {
			url := fresh(t)
			must(t, open(t, url).Ping(t.Context()))
			writeVersion(t, name, url, 99)
			s, err := store.Open(t.Context(), url, slog.New(slog.DiscardHandler))
			if err == nil {
				_ = s.Close()
				t.Fatal("got no error")
			}
			if want := "was written by a newer Relais (its tables are at step 99"; !strings.Contains(err.Error(), want) {
				t.Errorf("got %q, want it to hold %q", err, want)
			}
		})
	}
}

func writeVersion(t *testing.T, engine, url string, version int) {
	t.Helper()
	driver, name := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, name = "sqlite", path
	}
	db, err := sql.Open(driver, name)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	yes := map[string]string{"sqlite": "1", "postgres": "true"}[engine]
	_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, `+yes+`)`, version)
	must(t, err)
}

func TestOpenByManyAtOnce(t *testing.T) {
	for name, fresh := range emptyEngines() {
		t.Run(name, func(t *testing.T) {
			url := fresh(t)
			var opening sync.WaitGroup
			for range 4 {
				opening.Go(func() {
					s, err := store.Open(context.Background(), url, slog.New(slog.DiscardHandler))
					if err != nil {
						t.Error(err)
						return
					}
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			opening.Wait()
		})
	}
}

func TestSQLiteFileIsPrivate(t *testing.T) {
	url := emptySQLite(t)
	s := open(t, url)
	addPartnership(t, s, tilleuls)
	path := strings.TrimPrefix(url, "sqlite:")
	for _, file := range []string{path, path + "-wal"} {
		info, err := os.Stat(file)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has rights %v, want 0600", filepath.Base(file), info.Mode().Perm())
		}
	}
}

func TestSQLitePathWithOddCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "données 100%?#.db")
	open(t, "sqlite:"+path)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestReopenKeepsEverything(t *testing.T) {
	for name, fresh := range engines() {
		t.Run(name, func(t *testing.T) {
			url := fresh(t)
			first := open(t, url)
			a := granted(t, first, tilleuls)[0]
			all := entries(a, people(3))
			got(first.Add(t.Context(), all))(t)
			got(first.Claim(t.Context(), idsOf(all[:1]), noon, 0))(t)
			// The first is still open, as after a crash.
			second := open(t, url)
			same(t, "state", stateOf(t, second, all[0].ID), "calling")
			same(t, "entry", got(second.Entry(t.Context(), all[1].ID))(t), all[1])
			same(t, "approval", got(second.Approval(t.Context(), a.ID))(t), a)
		})
	}
}
