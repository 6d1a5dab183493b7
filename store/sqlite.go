package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// readers is how many connections read a SQLite file beside its one writer.
const readers = 4

// Pages kept by a connection, in kB. The system keeps the file's pages as well, so
// that a larger cache of the writer's (32 MB was tried) saves copies and no reads
// from the disk: at 100,000 emails no processor time that could be measured.
const (
	writerCache = 8 << 10
	readerCache = 1 << 10
)

func connectSQLite(path string) (*Store, error) {
	if path == "" || path == ":memory:" {
		return nil, errors.New("sqlite: needs the path of a file, as sqlite:/var/lib/relais/relais.db")
	}
	if err := createPrivately(path); err != nil {
		return nil, err
	}
	write, errWrite := newKeeper(sqliteURI(path, "immediate", writerCache, "temp_store(memory)"))
	read, errRead := newKeeper(sqliteURI(path, "deferred", readerCache))
	if err := errors.Join(errWrite, errRead); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	writing, reading := sql.OpenDB(write), sql.OpenDB(read)
	// A second writer would only wait for the first, and be told that it is busy.
	writing.SetMaxOpenConns(1)
	reading.SetMaxOpenConns(readers)
	reading.SetMaxIdleConns(readers)
	return &Store{
		name: path, engine: engine{name: "sqlite3", oneWriter: true}, writing: writing, reading: reading,
		notReady: "see whether it is a Relais database that this user may write",
	}, nil
}

// createPrivately makes the file unless it exists, for its owner alone: it
// holds addresses. SQLite gives its log the same rights.
func createPrivately(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open database: create its folder, or name another file: %w", err)
	}
	return file.Close()
}

// sqliteURI names the file and what each connection to it begins with.
// synchronous=FULL: a commit that was acknowledged survives a power cut. A plan
// touches pages all over its indexes, so the log is folded into the file after
// 64 MB instead of 4: with 4, that happened at each job of 500 and took half
// the time. What it takes to undo a statement that writes hundreds of rows, the
// writer keeps in memory (temp_store), a few MB while it runs: in a file it was a
// sixth of what a plan took.
func sqliteURI(path, lock string, cache int, besides ...string) string {
	options := url.Values{"_txlock": {lock}, "_pragma": append([]string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", fmt.Sprintf("cache_size(-%d)", cache), "wal_autocheckpoint(16000)",
	}, besides...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options.Encode()
}

// sqliteBusy says whether another connection was in the way.
func sqliteBusy(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

// sqliteFull says whether there was no room on the disk.
func sqliteFull(err error) bool { return sqliteCode(err) == sqlite3.SQLITE_FULL }

// sqliteCode is the fault of SQLite in an error, without its extended part; 0: none.
func sqliteCode(err error) int {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return sqlite3.SQLITE_OK
	}
	return fault.Code() & 0xff
}
