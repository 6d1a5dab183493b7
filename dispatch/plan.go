package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Planner writes the deliveries that a granted approval owes to the members.
type Planner struct {
	Directory Directory
	Ledger    interface {
		Approvals
		Corrections
		Deliveries
		Spendings
	}
	Queue    Queue
	Cases    *Cases // nil: nothing is owed
	Channels []channels.Name
	Paid     map[channels.Name]bool    // the channels that cost money
	Page     int                       // members read at a time, at most; memory stays flat whatever their number
	Senders  map[channels.Name]*Sender // who calls a page as soon as it is written, while there is a place for it; nil: every page is queued
	Lease    time.Duration             // as the senders'
	Now      func() time.Time
	Log      *slog.Logger
	Traces   Traces

	planning sync.Map // the approvals that this node is planning now
}

// Handle plans one approval, page by page: the first members are being called
// while the last are still being read. It may run twice, or stop in the middle
// and run again: ids follow from what they name.
func (p *Planner) Handle(ctx context.Context, e broker.Event) error {
	tokens := e.Subject.Tokens()
	id, err := uuid.Parse(tokens[len(tokens)-1])
	if err != nil {
		return &broker.DropError{Err: errors.New("the subject's last part is not an approval's id")}
	}
	// A large plan takes longer than the sweep waits before it announces the
	// approval again. The event that began it is not acked before its end, so the
	// second one may go: planning twice at once only cost twice as much.
	if _, running := p.planning.LoadOrStore(id, true); running {
		return nil
	}
	defer p.planning.Delete(id)
	occasion, err := p.occasion(ctx, subscribers.ApprovalID{UUID: id})
	if errors.Is(err, subscribers.ErrNotFound) {
		return &broker.DropError{Err: err}
	}
	if err != nil {
		return err
	}
	if !occasion.Approval.State.Granted() || !occasion.Approval.Planned.IsZero() {
		return nil
	}
	ctx, step := p.Traces.begin(ctx, "plan", occasion.Message.ID.UUID)
	step.about(occasion.Approval)
	err = p.plan(ctx, occasion)
	step.end(err)
	return err
}

func (p *Planner) occasion(ctx context.Context, id subscribers.ApprovalID) (subscribers.Occasion, error) {
	approval, err := p.Ledger.Approval(ctx, id)
	if err != nil {
		return subscribers.Occasion{}, fmt.Errorf("read approval: %w", err)
	}
	m, err := p.Ledger.Message(ctx, approval.Message, approval.Revision)
	if err != nil {
		return subscribers.Occasion{}, fmt.Errorf("read message: %w", err)
	}
	partnership, err := p.Directory.Partnership(ctx, approval.Partnership)
	if err != nil {
		return subscribers.Occasion{}, fmt.Errorf("read partnership: %w", err)
	}
	plan, err := p.Directory.Plan(ctx, approval.Partnership, approval.PlanVersion)
	if err != nil {
		return subscribers.Occasion{}, fmt.Errorf("read plan: %w", err)
	}
	o := subscribers.Occasion{Message: m, Approval: approval, Partnership: partnership, Plan: plan, Available: p.Channels, Paid: p.Paid, Now: p.Now()}
	if !o.MaySave() {
		return o, nil
	}
	spent, err := p.Ledger.Spent(ctx, partnership.ID, partnership.MonthOf(o.Now))
	if err != nil {
		return subscribers.Occasion{}, fmt.Errorf("add up what was spent: %w", err)
	}
	o.Tight = plan.Budget.Tight(subscribers.Spending{ByChannel: spent}.Total())
	return o, nil
}

// The first page is small and the next ones grow: what an alert waits for is
// the first page's rows, written and synced, and then the claim of its job,
// which on SQLite stands in line behind the second page.
const (
	firstPage  = 20
	pageGrowth = 8
)

func (p *Planner) plan(ctx context.Context, o subscribers.Occasion) error {
	if p.Cases != nil { // before anybody gets it: a crash loses no case
		if err := p.Cases.settle(ctx, o); err != nil {
			return err
		}
	}
	audience, again, err := p.audience(ctx, o)
	if err != nil {
		return err
	}
	var after subscribers.MemberID
	for size := min(firstPage, p.Page); ; size = min(pageGrowth*size, p.Page) {
		members, err := p.Directory.Members(ctx, audience, after, size)
		if err != nil {
			return fmt.Errorf("list members: %w", err)
		}
		if len(members) > 0 {
			after = members[len(members)-1].ID
		}
		sure := certain(o, members)
		again = again || len(sure) < len(members)
		if err := p.page(ctx, o, sure); err != nil {
			return err
		}
		if len(members) < size {
			break
		}
	}
	if again { // the sweep announces the approval again until it is marked
		p.Log.Debug("correction waits for its original", "approval", o.Approval.ID)
		return nil
	}
	if err := p.Ledger.MarkPlanned(ctx, o.Approval.ID, p.Now()); err != nil {
		return fmt.Errorf("mark approval planned: %w", err)
	}
	return nil
}
