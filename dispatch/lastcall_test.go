package dispatch_test

import (
	"context"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
)

// takesLong takes each delivery at once, and answers after a while, unless its
// caller does not wait for that.
type takesLong struct {
	channels.Channel
	answer time.Duration
}

func (c takesLong) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	receipt, err := c.Channel.Send(ctx, d)
	select {
	case <-time.After(c.answer):
		return receipt, err
	case <-ctx.Done():
		return channels.Receipt{}, &channels.SendError{Class: channels.Ambiguous, Err: ctx.Err()}
	}
}

// The provider is slow and a job's time for beginning calls is over while some
// are under way. Those are waited for: cut short, their mails and pushes would
// go again.
func TestCallsThatHaveBegunAreWaitedFor(t *testing.T) {
	w := town(t, 1)
	for name, sender := range w.senders {
		s := *sender
		s.Begin = 50 * time.Millisecond
		s.Outlet.Channel = takesLong{s.Outlet.Channel, 200 * time.Millisecond}
		s.Outlet.Find, s.Outlet.Collapses, s.Outlet.Parallel = nil, true, 4
		w.senders[name], w.sweeper.Outlets[name] = dispatch.NewSender(s), s.Outlet
	}
	w.publish(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"home"}})
	w.pass(10*time.Minute, 10*time.Second)
	w.homeHasItOnce()
}
