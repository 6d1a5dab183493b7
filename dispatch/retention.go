package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"relais/subscribers"
)

// Retention removes what has been kept for long enough (PLP.md, "Retention").
// Any number of nodes may tick: one of them does the work, once an hour.
type Retention struct {
	Attic Attic
	Keep  subscribers.Retention
	Now   func() time.Time
	Log   *slog.Logger
}

// Attic is where old things are. Each method but TakeTurn is at most limit rows
// in one transaction, and says how many there were; 0: none are left.
type Attic interface {
	// TakeTurn says whether the job of this name is the caller's: nobody took it
	// since every ago.
	TakeTurn(ctx context.Context, job string, now time.Time, every time.Duration) (bool, error)
	// EraseMembers erases people who left everything before a time, and keeps the
	// proof of their consent.
	EraseMembers(ctx context.Context, leftBefore time.Time, limit int) (int, error)
	// ForgetConsents removes proofs of people who left before a time.
	ForgetConsents(ctx context.Context, leftBefore time.Time, limit int) (int, error)
	// CountDeliveries counts the deliveries of approvals that were asked for before
	// a time and can change no more; Status tells these counts from then on. An
	// approval whose case is open is left out, for its closing must find everybody.
	CountDeliveries(ctx context.Context, before, now time.Time, limit int) (int, error)
	// DropDeliveries removes the rows of what was counted, and those before a time
	// that nobody counts. What they cost stays.
	DropDeliveries(ctx context.Context, before, now time.Time, limit int) (int, error)
	// DropJournal removes messages of before a time, with the decisions about them,
	// whose deliveries are gone.
	DropJournal(ctx context.Context, before time.Time, limit int) (int, error)
	// DropApplications removes what applicants asked for that expired before a time.
	DropApplications(ctx context.Context, before time.Time, limit int) (int, error)
	// ForgetMissing removes the texts of disappearances that were closed before a time.
	ForgetMissing(ctx context.Context, closedBefore, now time.Time, limit int) (int, error)
}

const (
	retentionEvery = time.Hour
	retentionBatch = 500
	// A round of this many batches for each job lasts minutes at most; the rest
	// has an hour's time.
	retentionBatches = 2000
)

// Tick does one round if it is this node's turn. What fails does not keep the
// other jobs from being done.
func (r *Retention) Tick(ctx context.Context) error {
	now := r.Now()
	mine, err := r.Attic.TakeTurn(ctx, "retention", now, retentionEvery)
	if err != nil || !mine {
		return err
	}
	var failed []error
	for _, job := range r.jobs(now) {
		n, err := job.all(ctx)
		if n > 0 {
			r.Log.Info("kept for long enough and removed", "what", job.what, "count", n)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

type retentionJob struct {
	what  string
	batch func(ctx context.Context) (int, error)
}

func (r *Retention) jobs(now time.Time) []retentionJob {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	a, keep := r.Attic, r.Keep
	return []retentionJob{
		{"texts of disappearances", func(ctx context.Context) (int, error) {
			return a.ForgetMissing(ctx, ago(keep.Missing), now, retentionBatch)
		}},
		{"applications", func(ctx context.Context) (int, error) { return a.DropApplications(ctx, now, retentionBatch) }},
		{"members", func(ctx context.Context) (int, error) { return a.EraseMembers(ctx, ago(keep.Members), retentionBatch) }},
		{"proofs of consent", func(ctx context.Context) (int, error) {
			return a.ForgetConsents(ctx, ago(keep.Consent), retentionBatch)
		}},
		{"approvals counted", func(ctx context.Context) (int, error) {
			return a.CountDeliveries(ctx, ago(keep.Deliveries), now, retentionBatch)
		}},
		{"deliveries", func(ctx context.Context) (int, error) {
			return a.DropDeliveries(ctx, ago(keep.Deliveries), now, retentionBatch)
		}},
		{"journal", func(ctx context.Context) (int, error) { return a.DropJournal(ctx, ago(keep.Journal), retentionBatch) }},
	}
}

// all runs batches until one finds nothing more.
func (j retentionJob) all(ctx context.Context) (total int, err error) {
	for range retentionBatches {
		n, err := j.batch(ctx)
		total += n
		if err != nil {
			return total, fmt.Errorf("remove old %s: %w", j.what, err)
		}
		if n == 0 {
			break
		}
	}
	return total, nil
}
