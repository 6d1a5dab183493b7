package dispatch

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// failed is the outcome of a call that did not succeed. Whether that says
// something about this delivery or about all of them is decided here.
func (s *Sender) failed(ctx context.Context, c subscribers.Claimed, err *channels.SendError) subscribers.Outcome {
	switch {
	case err.Ours && err.Class == channels.Throttled:
		return s.slowDown(ctx, c, err)
	case err.Ours:
		r, news := s.standstill.refused(err, s.Now())
		if news {
			s.tell(ctx, err, subscribers.IncidentRefused, subscribers.RefusedTexts(s.Outlet.Name, err.Code))
		}
		return s.waitOrGoOn(c, r)
	case err.Down:
		r, news := s.standstill.silent(err, s.Now())
		if news {
			s.tell(ctx, err, subscribers.IncidentDown, subscribers.DownTexts(s.Outlet.Name))
		}
		if r.stands && err.Class == channels.Retryable {
			return s.waitOrGoOn(c, r)
		}
	default:
		s.answered()
	}
	return s.After.Failure(c, s.Outlet, err, s.Now())
}

// answered opens the channel: its provider looked at a delivery.
func (s *Sender) answered() {
	if was := s.standstill.answered(); was != nil {
		s.Log.Warn("the provider takes messages again", "channel", s.Outlet.Name, "was", was)
	}
}

// slowDown lets no node call for as long as the provider asked.
func (s *Sender) slowDown(ctx context.Context, c subscribers.Claimed, err *channels.SendError) subscribers.Outcome {
	asked := err.After
	if asked == 0 {
		asked = usualSlowdown
	}
	asked = min(asked, mostSlowdown)
	if s.Limiter != nil {
		if err := s.Limiter.Pause(ctx, s.Outlet.Name, asked); err != nil {
			s.Log.Warn("other nodes cannot be told to slow down", "channel", s.Outlet.Name, "err", err)
		}
	}
	now := s.Now()
	s.Log.Info("the provider wants fewer calls", "channel", s.Outlet.Name, "pause", asked, "code", err.Code)
	return s.waitOrGoOn(c, s.standstill.slowDown(now.Add(asked), now))
}

// tell writes to the police that nothing goes by this channel, on the others.
func (s *Sender) tell(ctx context.Context, err *channels.SendError, kind subscribers.IncidentKind, texts map[broker.Lang]broker.Text) {
	s.Log.Error("nothing goes out by this channel until its provider takes messages again", "channel", s.Outlet.Name, "kind", kind, "code", err.Code, "err", err)
	if s.Incidents == nil {
		return
	}
	raised := s.Incidents.by(s.Outlet.Name).Raise(ctx, subscribers.Incident{Kind: kind, Matter: string(s.Outlet.Name), Texts: texts})
	if raised != nil {
		s.Log.Error("that a channel stands still cannot be noted", "channel", s.Outlet.Name, "err", raised)
	}
}

// waitOrGoOn is the outcome of a delivery that is not called now, or at which
// the provider did not look.
func (s *Sender) waitOrGoOn(c subscribers.Claimed, r halt) subscribers.Outcome {
	if r.goOn && canGoOn(c.Entry) {
		return goingOn(c.Entry, s.Now())
	}
	o := s.later(c, s.Now().Add(s.After.spread(r.until.Sub(s.Now()))))
	o.Reason = channels.Reason(channels.Retryable)
	return o
}

// canGoOn says whether a delivery must not wait, and has another way.
func canGoOn(e subscribers.Entry) bool { return e.Repeatable && len(e.Rest) > 0 }

func goingOn(e subscribers.Entry, now time.Time) subscribers.Outcome {
	return subscribers.Outcome{ID: e.ID, State: channels.Failed, Reason: channels.ReasonRefused, At: now}
}

// leaveAside takes those deliveries out of a job that are not called during a
// standstill or a slowdown. They stay pending; what is urgent may go on to the
// plan's next channel.
func (s *Sender) leaveAside(ctx context.Context, ids []channels.DeliveryID) ([]channels.DeliveryID, error) {
	s.hearOthers(ctx)
	admitted, r := s.standstill.admits(len(ids), s.Now())
	if admitted == len(ids) || !r.goOn {
		return ids[:admitted], nil
	}
	aside, err := s.Ledger.Entries(ctx, ids[admitted:])
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	var urgent []channels.DeliveryID
	for _, id := range ids[admitted:] {
		if e, known := aside[id]; known && canGoOn(e) {
			urgent = append(urgent, id)
		}
	}
	claimed, err := s.Ledger.Claim(ctx, urgent, s.Now(), s.Lease)
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	outcomes := make([]subscribers.Outcome, len(claimed))
	for i, c := range claimed {
		outcomes[i] = goingOn(c.Entry, s.Now())
	}
	return ids[:admitted], s.After.Record(ctx, outcomes)
}

// hearOthers takes over a pause that another node was asked for.
func (s *Sender) hearOthers(ctx context.Context) {
	if s.Limiter == nil {
		return
	}
	left, err := s.Limiter.Paused(ctx, s.Outlet.Name)
	if err != nil {
		s.Log.Warn("pauses of other nodes cannot be read", "channel", s.Outlet.Name, "err", err)
		return
	}
	if left > 0 {
		now := s.Now()
		s.standstill.slowDown(now.Add(left), now)
	}
}
