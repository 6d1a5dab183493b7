package dispatch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"relais/channels"
)

// Reports takes what providers say later about deliveries. Reports that come
// while others are being recorded are recorded together, in one transaction:
// after an alert a provider sends three for each member, and a transaction each
// would keep the disk busy for longer than the sending. One that comes alone
// waits for nobody.
//
// Two of the three only say that the provider has the delivery, which its answer
// to our call has said (or will be asked for, if the call was cut: reconcile).
// Nobody waits until these are in the ledger, and they are left out when the
// outcome follows within settleAfter (decision 0041).
type Reports struct {
	after Aftermath
	now   func() time.Time

	mu       sync.Mutex
	waiting  []waitingReport
	working  bool
	interim  map[interimKey]channels.Report
	flushing *time.Timer // nil: no flush is ahead

	flushed sync.Mutex // held while interim reports are recorded
}

type waitingReport struct {
	channels.Report
	done chan error // with room for one
}

// interimKey is one call, as its reports name it.
type interimKey struct {
	delivery channels.DeliveryID
	attempt  int
}

const (
	reportBatch  = 500                    // reports recorded together, at most
	gather       = 10 * time.Millisecond  // after reports that came together, so that the next ones do too
	reportWithin = 20 * time.Second       // for one batch; a provider waits about as long for our answer
	settleAfter  = 200 * time.Millisecond // until what only says that the provider has it is recorded
	maxInterim   = 10_000                 // of these are kept, about 2 MB; more are recorded at once
)

// NewReports makes it ready to use, from many goroutines at once. Flush ends it.
func NewReports(after Aftermath, now func() time.Time) *Reports {
	return &Reports{after: after, now: now, interim: make(map[interimKey]channels.Report)}
}

// Apply takes one report and returns when it is in the ledger, or at once when
// it only says that the provider has the delivery. When ctx ends first it may
// still get there; the same report again changes nothing.
func (r *Reports) Apply(ctx context.Context, report channels.Report) error {
	report.At = r.now() // a channel knows its machine's clock, and other nodes look at it by the shared one
	if r.later(ctx, report) {
		return nil
	}
	done := make(chan error, 1)
	r.mu.Lock()
	r.waiting = append(r.waiting, waitingReport{report, done})
	begin := !r.working
	r.working = true
	r.mu.Unlock()
	if begin {
		// Others may join the batch, so it does not end with this caller.
		go r.work(context.WithoutCancel(ctx))
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait until the report is recorded: %w", ctx.Err())
	}
}

// later keeps a report that nobody need wait for, and says whether it did.
func (r *Reports) later(ctx context.Context, report channels.Report) bool {
	if report.State != channels.Accepted || report.Last {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.interim) >= maxInterim {
		return false
	}
	r.interim[keyOf(report)] = report
	if r.flushing == nil {
		r.flushing = time.AfterFunc(settleAfter, func() { r.flush(context.WithoutCancel(ctx)) })
	}
	return true
}

func keyOf(report channels.Report) interimKey { return interimKey{report.Delivery, report.Attempt} }

// flush records the interim reports whose outcome has not come. What cannot be
// recorded is lost and no harm: the row waits for its outcome, and a sweep asks
// the provider about a call that was cut.
func (r *Reports) flush(ctx context.Context) {
	r.flushed.Lock()
	defer r.flushed.Unlock()
	r.mu.Lock()
	reports := make([]channels.Report, 0, len(r.interim))
	for _, report := range r.interim {
		reports = append(reports, report)
	}
	clear(r.interim)
	r.flushing = nil
	r.mu.Unlock()
	for batch := range slices.Chunk(reports, reportBatch) {
		if err := r.apply(ctx, batch); err != nil {
			r.after.Log.Warn("providers' words about deliveries that they have were not recorded", "reports", len(batch), "err", err)
		}
	}
}

// Flush records what is kept, when nothing more comes.
func (r *Reports) Flush(ctx context.Context) {
	r.mu.Lock()
	if r.flushing != nil {
		r.flushing.Stop()
	}
	r.mu.Unlock()
	r.flush(ctx)
}

// work records until nobody waits any more.
func (r *Reports) work(ctx context.Context) {
	for batch := r.next(); len(batch) > 0; batch = r.next() {
		err := r.record(ctx, batch)
		for _, w := range batch {
			w.done <- err
		}
		if len(batch) > 1 {
			time.Sleep(gather)
		}
	}
}

// next takes the reports that wait, and leaves out what their providers said of
// the same calls before.
func (r *Reports) next() []waitingReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(len(r.waiting), reportBatch)
	batch := r.waiting[:n:n]
	r.waiting = r.waiting[n:]
	r.working = n > 0
	for _, w := range batch {
		delete(r.interim, keyOf(w.Report))
	}
	return batch
}

func (r *Reports) record(ctx context.Context, batch []waitingReport) error {
	reports := make([]channels.Report, len(batch))
	for i, w := range batch {
		reports[i] = w.Report
	}
	return r.apply(ctx, reports)
}

func (r *Reports) apply(ctx context.Context, reports []channels.Report) error {
	ctx, cancel := context.WithTimeout(ctx, reportWithin)
	defer cancel()
	return r.after.Apply(ctx, reports)
}
