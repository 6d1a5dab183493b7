package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// copiedAt and lastBackup are settings: in a copy, when it was made; in the
// database that was copied, when the last copy was finished. Unix milliseconds.
const (
	copiedAt   = "copied_at"
	lastBackup = "last_backup"
)

// Backup copies the SQLite file from into a new file to, while programs write
// to it: the copy is the database of one instant (SQLite, VACUUM INTO). It is
// readable for its owner alone, checked, on the disk, and only then has its
// name. A file that exists is never overwritten. No table is changed, so that a
// newer program may copy before it migrates.
func Backup(ctx context.Context, from, to string, at time.Time) error {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("there is no database to back up: %w", err)
	}
	if err := refuseExisting(to); err != nil {
		return err
	}
	part := to + ".part"
	if err := createNew(part); err != nil {
		return err
	}
	defer os.Remove(part) // gone already when all went well
	if err := copyInto(ctx, from, part, at); err != nil {
		return err
	}
	if err := publishFile(part, to); err != nil {
		return err
	}
	return onFile(from, func(db *sql.DB) error { return note(ctx, db, lastBackup, at) })
}

func copyInto(ctx context.Context, from, part string, at time.Time) error {
	if err := onFile(from, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, `VACUUM INTO ?`, part)
		return err
	}); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return onFile(part, func(db *sql.DB) error {
		if err := note(ctx, db, copiedAt, at); err != nil {
			return err
		}
		return checkIntegrity(ctx, db)
	})
}

// LastBackup returns when Backup last finished for this database; zero: never.
func (s *Store) LastBackup(ctx context.Context) (at time.Time, err error) {
	err = s.read(ctx, "read when the last backup was", func(t *tx) error {
		at, err = readNote(ctx, t.Tx, lastBackup)
		return err
	})
	return at, err
}

func note(ctx context.Context, db *sql.DB, key string, at time.Time) error {
	_, err := db.ExecContext(ctx, `INSERT INTO settings (key, value) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, strconv.AppendInt(nil, at.UnixMilli(), 10))
	if err != nil {
		return fmt.Errorf("note the time of the backup: %w", err)
	}
	return nil
}

func readNote(ctx context.Context, t *sql.Tx, key string) (time.Time, error) {
	var value []byte
	err := t.QueryRowContext(ctx, `SELECT value FROM settings WHERE key = $1`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	ms, err := strconv.ParseInt(string(value), 10, 64)
	return timeOf(ms), err
}

// onFile works on a SQLite file as it is, without bringing its tables up to date.
func onFile(path string, do func(*sql.DB) error) error {
	options := url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(10000)", "synchronous(FULL)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+options.Encode())
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	return errors.Join(do(db), db.Close())
}

// checkIntegrity reads every page and index.
func checkIntegrity(ctx context.Context, db *sql.DB) error {
	var found string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found); err != nil {
		return fmt.Errorf("the copy cannot be read: %w; keep an older one", err)
	}
	if found != "ok" {
		return fmt.Errorf("the copy is damaged (%s); use another one", found)
	}
	return nil
}

func refuseExisting(path string) error {
	_, err := os.Lstat(path)
	if err == nil {
		return fmt.Errorf("%s exists and is not overwritten; name another file", path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for %s: %w", path, err)
	}
	return nil
}

// createNew makes an empty file for its owner alone.
func createNew(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there from an attempt that did not finish, or that still runs; remove it when none runs", path)
	}
	if err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	return file.Close()
}

// publishFile gives a finished file its name, once its bytes are on the disk. A
// link, unlike a rename, never takes the place of what is there.
func publishFile(part, to string) error {
	if err := syncPath(part); err != nil {
		return err
	}
	if err := os.Link(part, to); err != nil {
		return fmt.Errorf("name the copy: %w", err)
	}
	if err := os.Remove(part); err != nil {
		return fmt.Errorf("name the copy: %w", err)
	}
	return syncPath(filepath.Dir(to))
}

func syncPath(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("write %s to the disk: %w", path, err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write %s to the disk: %w", path, err)
	}
	return nil
}
