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
