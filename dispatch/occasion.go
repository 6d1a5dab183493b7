package dispatch

import (
	"context"
	"fmt"

	"relais/broker"
	"relais/subscribers"
)

// occasions is where an occasion's approval and message stand.
type occasions interface {
	Approval(ctx context.Context, id subscribers.ApprovalID) (subscribers.Approval, error)
	Message(ctx context.Context, id broker.MessageID, revision int) (broker.Message, error)
}

// readOccasion reads an approval, its message, its partnership and the version of
// the plan that routed it: of the Occasion, what it is about.
func readOccasion(ctx context.Context, directory Directory, ledger occasions, id subscribers.ApprovalID) (o subscribers.Occasion, err error) {
	if o.Approval, err = ledger.Approval(ctx, id); err != nil {
		return o, fmt.Errorf("read approval: %w", err)
	}
	if o.Message, err = ledger.Message(ctx, o.Approval.Message, o.Approval.Revision); err != nil {
		return o, fmt.Errorf("read message: %w", err)
	}
	if o.Partnership, err = directory.Partnership(ctx, o.Approval.Partnership); err != nil {
		return o, fmt.Errorf("read partnership: %w", err)
	}
	if o.Plan, err = directory.Plan(ctx, o.Partnership.ID, o.Approval.PlanVersion); err != nil {
		return o, fmt.Errorf("read plan: %w", err)
	}
	return o, nil
}

// ready adds to an occasion what holds for its plan at this moment.
func (p *Planner) ready(ctx context.Context, o subscribers.Occasion) (subscribers.Occasion, error) {
	o.Available, o.Paid, o.Now = p.Channels, p.Paid, p.Now()
	if !o.MaySave() {
		return o, nil
	}
	spent, err := p.Ledger.Spent(ctx, o.Partnership.ID, o.Partnership.MonthOf(o.Now))
	if err != nil {
		return o, fmt.Errorf("add up what was spent: %w", err)
	}
	o.Tight = o.Plan.Budget.Tight(subscribers.Spending{ByChannel: spent}.Total())
	return o, nil
}

func (p *Planner) occasion(ctx context.Context, id subscribers.ApprovalID) (subscribers.Occasion, error) {
	o, err := readOccasion(ctx, p.Directory, p.Ledger, id)
	if err != nil {
		return o, err
	}
	return p.ready(ctx, o)
}
