package dispatch

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// calm knows what may make deliveries wait. It remembers what it read, so one is
// made for each batch: it must see what has changed since the last.
type calm struct {
	directory Directory
	ledger    Approvals
	about     *subscribers.Occasion // of all that it is asked for; nil: it is read
	known     map[occasionKey]subscribers.Calm
}

// occasionKey names what the deliveries of one approval, or the infoflashes of
// one partnership, have in common.
type occasionKey struct {
	approval    subscribers.ApprovalID
	partnership broker.PartnershipID
	urgent      bool
}

func newCalm(directory Directory, ledger Approvals, about *subscribers.Occasion) calm {
	return calm{directory, ledger, about, make(map[occasionKey]subscribers.Calm)}
}

// until returns when each of these may go that must wait now, by the wishes of
// its member and the settings of its partnership at this moment.
func (c calm) until(ctx context.Context, claimed []subscribers.Claimed, now time.Time) (map[channels.DeliveryID]time.Time, error) {
	waiting := make(map[channels.DeliveryID]time.Time)
	for _, d := range claimed {
		if d.Purpose != channels.ForMember && d.Purpose != channels.Digest {
			continue // who must decide is asked at any hour
		}
		common, err := c.common(ctx, d.Entry)
		if err != nil {
			return nil, err
		}
		common.Rest = d.Wishes
		if d.Purpose == channels.Digest {
			// Who is away is left out when infoflashes are written; in one that is
			// already under way the items would be lost.
			common.Rest.Pause = subscribers.Span{}
		}
		if until, waits := common.Until(now, d.NotAfter); waits {
			waiting[d.ID] = until
		}
	}
	return waiting, nil
}

// common is what holds for everybody.
func (c calm) common(ctx context.Context, e subscribers.Entry) (subscribers.Calm, error) {
	key := occasionKey{e.Approval, e.Partnership, e.Priority == broker.Urgent}
	if found, ok := c.known[key]; ok {
		return found, nil
	}
	found, err := c.read(ctx, e)
	if err != nil {
		return found, err
	}
	found.Urgent = key.urgent
	c.known[key] = found
	return found, nil
}

func (c calm) read(ctx context.Context, e subscribers.Entry) (subscribers.Calm, error) {
	if c.about != nil {
		return byThePlan(*c.about), nil
	}
	partnership, err := c.directory.Partnership(ctx, e.Partnership)
	if err != nil {
		return subscribers.Calm{}, fmt.Errorf("read partnership: %w", err)
	}
	if e.Purpose != channels.ForMember { // the hour of the infoflash is the plan's own choice
		return subscribers.Calm{In: partnership.Location()}, nil
	}
	approval, err := c.ledger.Approval(ctx, e.Approval)
	if err != nil {
		return subscribers.Calm{}, fmt.Errorf("read approval: %w", err)
	}
	plan, err := c.directory.Plan(ctx, e.Partnership, approval.PlanVersion)
	if err != nil {
		return subscribers.Calm{}, fmt.Errorf("read plan: %w", err)
	}
	return byThePlan(subscribers.Occasion{Approval: approval, Partnership: partnership, Plan: plan}), nil
}

// byThePlan are the partnership's quiet hours, in the version of the plan that
// routed the message.
func byThePlan(o subscribers.Occasion) subscribers.Calm {
	return subscribers.Calm{In: o.Partnership.Location(), Quiet: o.Plan.QuietHours, Ignores: o.Approval.Rule.IgnoreQuietHours}
}

// hold is the outcome of a delivery that waits.
func hold(d subscribers.Claimed, until, now time.Time) subscribers.Outcome {
	o := subscribers.Outcome{ID: d.ID, State: channels.Held, At: now, Wait: until, NextAt: until}
	if d.NotAfter.Before(until) {
		o.NextAt = d.NotAfter
	}
	if d.State == channels.Calling {
		o.Attempt, o.Uncounted = d.Attempt, true // another node may have it by now
	}
	return o
}
