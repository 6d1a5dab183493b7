package dispatch

import (
	"context"
	"fmt"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// Apply takes a provider's later words on deliveries, in their order. One whose
// delivery is not known yet is parked and tried again by the sweep.
func (a Aftermath) Apply(ctx context.Context, reports []channels.Report) error {
	known, err := a.known(ctx, reports, func(r channels.Report) bool { return !arrived(r) })
	if err != nil {
		return err
	}
	steps := a.beginReports(ctx, reports, known)
	err = a.apply(ctx, reports, known)
	for _, step := range steps {
		step.end(err)
	}
	return err
}

// beginReports starts a step for each report about a message; they are recorded
// together.
func (a Aftermath) beginReports(ctx context.Context, reports []channels.Report, known map[channels.DeliveryID]subscribers.Entry) (steps []step) {
	if a.Traces.tracer == nil {
		return nil
	}
	for _, r := range reports {
		if e, ok := known[r.Delivery]; ok && e.Purpose == channels.ForMember {
			_, step := a.Traces.begin(ctx, "receipt", e.About)
			step.report(r)
			steps = append(steps, step)
		}
	}
	return steps
}

func (a Aftermath) apply(ctx context.Context, reports []channels.Report, known map[channels.DeliveryID]subscribers.Entry) error {
	var outcomes []subscribers.Outcome
	for _, r := range reports {
		e, ok := known[r.Delivery]
		switch {
		case arrived(r):
			outcomes = append(outcomes, a.reported(r, e)) // what it says needs no entry
		case !ok:
			if err := a.park(ctx, r); err != nil {
				return err
			}
		case !saysNothingNew(r, e) && !isOfEarlier(r, e):
			outcomes = append(outcomes, a.reported(r, e))
		}
	}
	late, err := a.record(ctx, outcomes)
	if err != nil || len(late) == 0 {
		return err
	}
	return a.parkUnknown(ctx, reports, late)
}

// arrived says whether a report means the same whatever the entry says: nearly
// every one that is waited for, so the entries of these are not read.
func arrived(r channels.Report) bool { return r.State == channels.Delivered && r.Class == "" }

// known reads the entries of those reports that which names.
func (a Aftermath) known(ctx context.Context, reports []channels.Report, which func(channels.Report) bool) (map[channels.DeliveryID]subscribers.Entry, error) {
	var ids []channels.DeliveryID
	for _, r := range reports {
		if which(r) {
			ids = append(ids, r.Delivery)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	known, err := a.Ledger.Entries(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return known, nil
}

// parkUnknown parks those reports of an arrival that changed nothing because
// nobody knows their delivery yet.
func (a Aftermath) parkUnknown(ctx context.Context, reports []channels.Report, late []channels.DeliveryID) error {
	isLate := make(map[channels.DeliveryID]bool, len(late))
	for _, id := range late {
		isLate[id] = true
	}
	doubtful := func(r channels.Report) bool { return arrived(r) && isLate[r.Delivery] }
	known, err := a.known(ctx, reports, doubtful)
	if err != nil {
		return err
	}
	for _, r := range reports {
		// One that can still arrive was written after the report changed nothing.
		if e, ok := known[r.Delivery]; doubtful(r) && (!ok || e.State.CanBecome(channels.Delivered)) {
			if err := a.park(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a Aftermath) park(ctx context.Context, r channels.Report) error {
	if err := a.Ledger.Park(ctx, r); err != nil {
		return fmt.Errorf("park report: %w", err)
	}
	return nil
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
