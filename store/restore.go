package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// Restored says what a copy was, and what of it cannot be known.
type Restored struct {
	CopiedAt   time.Time // zero: the copy does not say
	Deliveries int       // that may have gone out after the copy was made
	Approvals  int       // whose deliveries were not all written when it was made
}

// Restore makes the database to of a copy, which stays as it is. A database
// that exists is never overwritten, a damaged copy or one of a newer Relais is
// refused, and to has its name only when all is done.
//
// What was still to be sent in the copy may have been sent after it was made.
// So it becomes unknown, as after a crash in the call, and is reconciled by the
// same rule (decision 0044): nothing of it is sent blindly.
func Restore(ctx context.Context, from, to string, now time.Time, log *slog.Logger) (Restored, error) {
	for _, beside := range []string{"", "-wal", "-shm"} {
		if err := refuseExisting(to + beside); err != nil {
			return Restored{}, err
		}
	}
	part := to + ".part"
	if err := createNew(part); err != nil {
		return Restored{}, err
	}
	defer func() {
		for _, beside := range []string{"", "-wal", "-shm"} {
			os.Remove(part + beside)
		}
	}()
	if err := copyBytes(from, part); err != nil {
		return Restored{}, err
	}
	if err := onFile(part, func(db *sql.DB) error { return checkIntegrity(ctx, db) }); err != nil {
		return Restored{}, fmt.Errorf("%s: %w", from, err)
	}
	found, err := makeDoubtful(ctx, part, now, log)
	if err != nil {
		return Restored{}, err
	}
	return found, publishFile(part, to)
}

func copyBytes(from, to string) error {
	// A copy with a log beside it is a file that was taken from under a running
	// program: what the log holds would be missing.
	if _, err := os.Stat(from + "-wal"); err == nil {
		return fmt.Errorf("%s has a log (-wal) beside it: it is no backup but a database in use; make one with relais backup", from)
	}
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("open the backup: %w", err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the database: %w", err)
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(fmt.Errorf("write the database: %w", err), out.Close())
	}
	return out.Close()
}

func makeDoubtful(ctx context.Context, path string, now time.Time, log *slog.Logger) (found Restored, err error) {
	s, err := Open(ctx, "sqlite:"+path, log)
	if err != nil {
		return found, err
	}
	err = s.write(ctx, "mark what may have been sent since the backup", func(t *tx) error {
		if found.CopiedAt, err = readNote(ctx, t.Tx, copiedAt); err != nil {
			return err
		}
		if found.Deliveries, err = t.count(ctx, `UPDATE deliveries SET state = 'unknown', attempt = CASE WHEN attempt = 0 THEN 1 ELSE attempt END, next_at = $1
			WHERE state IN ('pending', 'calling') OR state = 'held' AND not_before <= $1`, millis(now)); err != nil {
			return err
		}
		found.Approvals, err = t.count(ctx, `INSERT INTO doubts (approval) SELECT id FROM approvals
			WHERE planned = 0 AND state IN ('pending', 'held', 'questioned', 'approved', 'overruled') ON CONFLICT DO NOTHING`)
		return err
	})
	return found, errors.Join(err, s.Close())
}

// count runs a statement and says how many rows it changed.
func (t *tx) count(ctx context.Context, query string, args ...any) (int, error) {
	done, err := t.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// doubted returns the restored approvals among those of new entries: before the
// backup came back, they may have been planned and sent already.
func doubted(ctx context.Context, t *tx, entries []subscribers.Entry) (map[subscribers.ApprovalID]bool, error) {
	doubtful := make(map[subscribers.ApprovalID]bool)
	for _, e := range entries {
		if _, asked := doubtful[e.Approval]; asked || e.State != channels.Pending {
			continue
		}
		// Asked apart, for the update in doubt looks at every row of the approval: once
		// a page, that made a plan's cost grow with the square of its members.
		n, err := one(ctx, t, scanNumber, `SELECT COUNT(*) FROM doubts WHERE approval = $1`, e.Approval.UUID[:])
		if err != nil {
			return nil, err
		}
		doubtful[e.Approval] = n > 0
	}
	return doubtful, nil
}

// doubt makes what was just written for a restored approval unknown.
func doubt(ctx context.Context, t *tx, doubtful map[subscribers.ApprovalID]bool) error {
	for approval, is := range doubtful {
		if !is {
			continue
		}
		if _, err := t.ExecContext(ctx, `UPDATE deliveries SET state = 'unknown', attempt = 1, next_at = created_at
			WHERE approval = $1 AND state = 'pending' AND attempt = 0`, approval.UUID[:]); err != nil {
			return err
		}
	}
	return nil
}
