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
	after, err := afterIn(e)
	if err != nil {
		return &broker.DropError{Err: err}
	}
	occasion, err := p.occasion(ctx, subscribers.ApprovalID{UUID: id})
	if errors.Is(err, subscribers.ErrNotFound) {
		return &broker.DropError{Err: err}
	}
	if err != nil || !due(occasion.Approval) {
		return err
	}
	ctx, step := p.Traces.begin(ctx, "plan", occasion.Message.ID.UUID)
	step.about(occasion.Approval)
	err = p.plan(ctx, occasion, after)
	step.end(err)
	return err
}

// due says whether an approval's plan has yet to be written.
func due(a subscribers.Approval) bool { return a.State.Granted() && a.Planned.IsZero() }

// The first page is small and the next ones grow: what an alert waits for is
// the first page's rows, written and synced, and then the claim of its job,
// which on SQLite stands in line behind the second page.
const (
	firstPage  = 20
	pageGrowth = 8
)

// plan writes all pages but those up to a member, which were written before.
func (p *Planner) plan(ctx context.Context, o subscribers.Occasion, after subscribers.MemberID) error {
	if err := p.settle(ctx, o); err != nil {
		return err
	}
	audience, again, err := p.audience(ctx, o)
	if err != nil {
		return err
	}
	size := firstPage
	if after != (subscribers.MemberID{}) {
		size *= pageGrowth
	}
	for size = min(size, p.Page); ; size = min(pageGrowth*size, p.Page) {
		members, err := p.members(ctx, audience, after, size)
		if err != nil {
			return err
		}
		if len(members) > 0 {
			after = members[len(members)-1].ID
		}
		sure := certain(o, members)
		again = again || len(sure) < len(members)
		if err := p.page(ctx, o, sure, placeWithin); err != nil {
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

// settle opens and ends cases, before anybody gets the message: a crash loses none.
func (p *Planner) settle(ctx context.Context, o subscribers.Occasion) error {
	if p.Cases == nil {
		return nil
	}
	return p.Cases.settle(ctx, o)
}

func (p *Planner) members(ctx context.Context, audience subscribers.Audience, after subscribers.MemberID, size int) ([]subscribers.Member, error) {
	members, err := p.Directory.Members(ctx, audience, after, size)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return members, nil
}
