package dispatch

import (
	"context"

	"relais/subscribers"
)

// lead is the first page of a plan whose approval is being granted. It is read
// while the ledger writes the grant, and written and called right after it: its
// members wait neither for the event that announces the plan nor for what that
// reads. A nil one leads nothing.
type lead struct {
	planner  *Planner
	occasion subscribers.Occasion
	members  []subscribers.Member
	err      error
	done     chan struct{} // closed when it is read
}

// ahead begins to read the first page of an approval that will be granted, of which o
// says what it is about. There is none where nobody of this node calls, nor of a
// correction, which asks first who got its original.
func (p *Planner) ahead(ctx context.Context, o subscribers.Occasion) *lead {
	if p.Senders == nil || o.Message.Corrects() {
		return nil
	}
	l := &lead{planner: p, occasion: o, done: make(chan struct{})}
	go func() {
		defer close(l.done)
		l.err = l.read(ctx)
	}()
	return l
}

func (l *lead) read(ctx context.Context) (err error) {
	if l.occasion, err = l.planner.ready(ctx, l.occasion); err != nil {
		return err
	}
	everybody := subscribers.Audience{Partnership: l.occasion.Partnership.ID}
	l.members, err = l.planner.members(ctx, everybody, subscribers.MemberID{}, min(firstPage, l.planner.Page))
	return err
}

// wait returns once nothing is read any more.
func (l *lead) wait() {
	if l != nil {
		<-l.done
	}
}

// write writes the page, now that the ledger has the grant, and calls it as far as
// there are places. It returns its last member, after whom the plan goes on. The
// zero value: the plan begins there, for the approval was planned before, or something
// failed, which the plan will meet again.
func (l *lead) write(ctx context.Context) subscribers.MemberID {
	if l == nil {
		return subscribers.MemberID{}
	}
	<-l.done
	last, err := l.page(ctx)
	if err != nil {
		l.planner.Log.Warn("the first page is left to the plan", "approval", l.occasion.Approval.ID, "err", err)
		return subscribers.MemberID{}
	}
	return last
}

func (l *lead) page(ctx context.Context) (last subscribers.MemberID, err error) {
	if l.err != nil || len(l.members) == 0 {
		return last, l.err
	}
	stands, err := l.planner.Ledger.Approval(ctx, l.occasion.Approval.ID)
	if err != nil || !due(stands) { // the message came a second time
		return last, err
	}
	ctx, step := l.planner.Traces.begin(ctx, "plan", l.occasion.Message.ID.UUID)
	step.about(l.occasion.Approval)
	defer func() { step.end(err) }()
	if err := l.planner.settle(ctx, l.occasion); err != nil {
		return last, err
	}
	return l.members[len(l.members)-1].ID, l.planner.page(ctx, l.occasion, l.members, 0)
}
