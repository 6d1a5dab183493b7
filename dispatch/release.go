package dispatch

import (
	"context"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// waiting returns which of the held deliveries that fell due must wait on, and
// until when: the member may have chosen other hours, or a pause, since they were
// held. Where that cannot be read they are not touched, and come again.
func (s *Sweeper) waiting(ctx context.Context, due []subscribers.Claimed) (waiting map[channels.DeliveryID]time.Time, rest []subscribers.Claimed) {
	var held []subscribers.Claimed
	for _, d := range due {
		if d.State == channels.Held {
			held = append(held, d)
		} else {
			rest = append(rest, d)
		}
	}
	waiting, err := newCalm(s.Directory, s.Ledger, nil).until(ctx, held, s.Now())
	if err != nil {
		s.Log.Error("quiet hours cannot be read, what is held stays so", "deliveries", len(held), "err", err)
		return nil, rest
	}
	return waiting, due
}

// release says what becomes of a held delivery whose time has come.
func release(d subscribers.Claimed, until time.Time, waits bool, now time.Time) subscribers.Outcome {
	switch state, reason := Refusal(d, now); {
	case channels.Held.CanBecome(state): // expired, taken back, or its member has left
		return subscribers.Outcome{ID: d.ID, State: state, Reason: reason, At: now}
	case waits:
		return hold(d, until, now)
	}
	// An address that is gone fails when it is sent, and its fallback follows.
	return subscribers.Outcome{ID: d.ID, State: channels.Pending, At: now, NextAt: now.Add(subscribers.Requeue)}
}
