// Package trial lets Relais be tried with the real providers: who is listed
// really gets messages, and everybody else's go to a stand-in.
//
//	deliver ──► listed? ──yes──► the provider
//	                └─────no───► the stand-in, whose outbox shows it
//
// The choice depends on the address alone, so that each attempt, and the
// question what became of one, goes where the one before it went.
package trial

import (
	"context"

	"relais/channels"
)

// Channel sends to the provider what goes to a listed address, the rest to a
// stand-in. No delivery reaches both.
type Channel struct {
	Real    channels.Channel
	StandIn channels.Channel
	Listed  func(channels.Address) bool
	Instead channels.Address // what the stand-in is given as recipient; zero: the address itself
}

// Send implements channels.Channel.
func (c *Channel) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if c.Listed(d.To) {
		return c.Real.Send(ctx, d)
	}
	receipt, err := c.StandIn.Send(ctx, c.instead(d))
	receipt.Units = 0 // no provider asks money for it
	return receipt, err
}

func (c *Channel) instead(d channels.Delivery) channels.Delivery {
	if !c.Instead.IsZero() {
		d.To = c.Instead
	}
	return d
}

// Finder asks the one that was given a delivery what became of it.
type Finder struct {
	Real, StandIn interface {
		Find(ctx context.Context, d channels.Delivery) (channels.Receipt, bool, error)
	}
	Listed func(channels.Address) bool
}

// Find implements dispatch.Finder.
func (f *Finder) Find(ctx context.Context, d channels.Delivery) (channels.Receipt, bool, error) {
	if f.Listed(d.To) {
		return f.Real.Find(ctx, d)
	}
	receipt, found, err := f.StandIn.Find(ctx, d)
	receipt.Units = 0
	return receipt, found, err
}
