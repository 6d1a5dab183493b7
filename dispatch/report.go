package dispatch

import (
	"context"
	"fmt"
	"sync"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// Reports takes what providers say later about deliveries. Reports that come
// while others are being recorded are recorded together, in one transaction:
// after an alert a provider sends three for each member, and a transaction each
// would keep the disk busy for longer than the sending. One that comes alone
// waits for nobody.
type Reports struct {
	after Aftermath

	mu      sync.Mutex
	waiting []waitingReport
	working bool
}

type waitingReport struct {
	channels.Report
	done chan error // with room for one
}

const (
	reportBatch  = 500                  // reports recorded together, at most
	gather       = 2 * time.Millisecond // after reports that came together, so that the next ones do too
	reportWithin = 20 * time.Second     // for one batch; a provider waits about as long for our answer
)

// NewReports makes it ready to use, from many goroutines at once.
func NewReports(after Aftermath) *Reports { return &Reports{after: after} }

// Apply takes one report and returns when it is in the ledger. When ctx ends
// first it may still get there; the same report again changes nothing.
func (r *Reports) Apply(ctx context.Context, report channels.Report) error {
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

func (r *Reports) next() []waitingReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(len(r.waiting), reportBatch)
	batch := r.waiting[:n:n]
	r.waiting = r.waiting[n:]
	r.working = n > 0
	return batch
}

func (r *Reports) record(ctx context.Context, batch []waitingReport) error {
	ctx, cancel := context.WithTimeout(ctx, reportWithin)
	defer cancel()
	reports := make([]channels.Report, len(batch))
	for i, w := range batch {
		reports[i] = w.Report
	}
	return r.after.Apply(ctx, reports)
}

// Apply takes a provider's later words on deliveries, in their order. One whose
// delivery is not known yet is parked and tried again by the sweep.
func (a Aftermath) Apply(ctx context.Context, reports []channels.Report) error {
	if len(reports) == 0 {
		return nil
	}
	ids := make([]channels.DeliveryID, len(reports))
	for i, r := range reports {
		ids[i] = r.Delivery
	}
	known, err := a.Ledger.Entries(ctx, ids)
	if err != nil {
		return fmt.Errorf("read deliveries: %w", err)
	}
	var outcomes []subscribers.Outcome
	for _, r := range reports {
		e, ok := known[r.Delivery]
		switch {
		case !ok:
			if err := a.Ledger.Park(ctx, r); err != nil {
				return fmt.Errorf("park report: %w", err)
			}
		case !saysNothingNew(r, e) && !isOfEarlier(r, e):
			outcomes = append(outcomes, a.reported(r, e))
		}
	}
	return a.Record(ctx, outcomes)
}

// saysNothingNew says whether a report only repeats what the entry has: two of
// the three that Twilio sends for a message, which need no transaction then.
// Late in the provider's patience it moves the time of the next look.
func saysNothingNew(r channels.Report, e subscribers.Entry) bool {
	return r.State == channels.Accepted && e.State == channels.Accepted && e.Awaits && !r.Last &&
		(r.Ref == "" || r.Ref == e.Ref) && nextLook(e, e.AcceptedAt, r.At).Sub(e.NextAt) < subscribers.ReceiptPatience/24
}

// isOfEarlier says whether a report speaks of a call before the entry's last.
// That somebody heard it then stays true.
func isOfEarlier(r channels.Report, e subscribers.Entry) bool {
	return r.Attempt != 0 && r.Attempt != e.Attempt && r.State != channels.Delivered
}

func (a Aftermath) reported(r channels.Report, e subscribers.Entry) subscribers.Outcome {
	o := subscribers.Outcome{ID: r.Delivery, State: r.State, Ref: r.Ref, At: r.At, Attempt: r.Attempt}
	switch r.State {
	case channels.Accepted:
		if !r.Last {
			o.Awaits, o.NextAt = true, nextLook(e, takenAt(e, r), r.At)
		}
	case channels.Delivered:
		o.Attempt = 0
		if r.Class == channels.OptedOut { // it arrived, and its reader complained
			o = a.closing(o, r.Class, e.Channel)
		}
	case channels.Failed:
		o.Reason = channels.Reason(r.Class)
		if again, at := missed(r, e); again {
			o.State, o.Missed, o.Wait, o.NextAt = channels.Pending, true, at, at
			return o
		}
		o = a.closing(o, r.Class, e.Channel)
	}
	return o
}

// takenAt is when the provider took a delivery of which it speaks.
func takenAt(e subscribers.Entry, r channels.Report) time.Time {
	if e.AcceptedAt.IsZero() {
		return r.At
	}
	return e.AcceptedAt
}

// missed says whether and when another attempt follows one that was missed. One
// that would come too late gives way to the plan's next channel.
func missed(r channels.Report, e subscribers.Entry) (bool, time.Time) {
	at := r.At.Add(max(r.After, time.Second))
	return !r.Class.Permanent() && r.Attempt != 0 && e.Missed+1 < r.Tries && at.Before(e.NotAfter), at
}
