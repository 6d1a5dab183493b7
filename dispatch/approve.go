package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Approver moves approvals: by people's decisions, and by deadlines that passed.
type Approver struct {
	Directory Directory
	Ledger    Approvals
	Queue     Queue
	Channels  []channels.Name
	Now       func() time.Time
	Log       *slog.Logger
	Traces    Traces
}

// errMoved says that another node moved the approval in between.
var errMoved = errors.New("approval was moved meanwhile")

// Decide carries out a person's decision. It returns *subscribers.DecidedError
// when somebody was first, *subscribers.RefusedMoveError when the decision is
// not allowed, subscribers.ErrNotFound for an unknown approval.
func (a *Approver) Decide(ctx context.Context, id subscribers.ApprovalID, d subscribers.Decision) (subscribers.Approval, error) {
	if d.At.IsZero() {
		d.At = a.Now()
	}
	for {
		moved, err := a.decideOnce(ctx, id, d)
		if !errors.Is(err, errMoved) {
			return moved, err
		}
	}
}

func (a *Approver) decideOnce(ctx context.Context, id subscribers.ApprovalID, d subscribers.Decision) (subscribers.Approval, error) {
	before, m, err := a.load(ctx, id)
	if err != nil {
		return subscribers.Approval{}, err
	}
	after, err := before.Apply(d, m)
	if err != nil {
		return before, err
	}
	if err := a.entitled(ctx, before, d); err != nil {
		return before, err
	}
	return after, a.move(ctx, before, after, m)
}

// entitled refuses who was an approver when the link was sent and is none now.
func (a *Approver) entitled(ctx context.Context, approval subscribers.Approval, d subscribers.Decision) error {
	if d.Member == (subscribers.MemberID{}) {
		return nil
	}
	approvers, err := a.Directory.Approvers(ctx, approval.Partnership)
	if err != nil {
		return fmt.Errorf("list approvers: %w", err)
	}
	if !approval.Rule.Approval.MayDecide(approvers, d.Member) {
		return &subscribers.RefusedMoveError{Why: subscribers.FaultNotApprover, Reason: "only those whom the communication plan names may decide: the coordinator, the deputies or the committee"}
	}
	return nil
}

// Climb carries out an approval's deadline.
func (a *Approver) Climb(ctx context.Context, id subscribers.ApprovalID) error {
	before, m, err := a.load(ctx, id)
	if err != nil {
		return err
	}
	people, err := a.people(ctx, before)
	if err != nil {
		return err
	}
	after := before.Climb(m.Expires, people.present, a.Now())
	if after.Version == before.Version && after.Deadline.Equal(before.Deadline) {
		return nil
	}
	if err := a.write(ctx, before, after, m, people); !errors.Is(err, errMoved) {
		return err
	}
	return nil // somebody answered in that very moment
}

func (a *Approver) load(ctx context.Context, id subscribers.ApprovalID) (subscribers.Approval, broker.Message, error) {
	approval, err := a.Ledger.Approval(ctx, id)
	if err != nil {
		return approval, broker.Message{}, fmt.Errorf("read approval: %w", err)
	}
	m, err := a.Ledger.Message(ctx, approval.Message, approval.Revision)
	if err != nil {
		return approval, m, fmt.Errorf("read message: %w", err)
	}
	return approval, m, nil
}

// people are those whom an approval concerns.
type people struct {
	partnership subscribers.Partnership
	approvers   []subscribers.Approver // whom the ladder names
	present     []subscribers.Approver // and who are there to be asked today
}

func (a *Approver) people(ctx context.Context, approval subscribers.Approval) (people, error) {
	p, err := a.Directory.Partnership(ctx, approval.Partnership)
	if err != nil {
		return people{}, fmt.Errorf("read partnership: %w", err)
	}
	all, err := a.Directory.Approvers(ctx, approval.Partnership)
	if err != nil {
		return people{}, fmt.Errorf("list approvers: %w", err)
	}
	rule := approval.Rule.Approval
	return people{p, rule.Approvers(all), rule.Present(all, p.Today(a.Now()))}, nil
}

func (a *Approver) move(ctx context.Context, before, after subscribers.Approval, m broker.Message) error {
	people, err := a.people(ctx, after)
	if err != nil {
		return err
	}
	return a.write(ctx, before, after, m, people)
}

func (a *Approver) write(ctx context.Context, before, after subscribers.Approval, m broker.Message, who people) error {
	ctx, step := a.Traces.begin(ctx, "approve", m.ID.UUID)
	step.about(after)
	err := a.keep(ctx, before, after, m, who)
	step.end(err)
	return err
}

// keep writes the approval's new state and who is written to because of it,
// then announces both.
func (a *Approver) keep(ctx context.Context, before, after subscribers.Approval, m broker.Message, who people) error {
	letters := a.letters(before, after, who, m)
	services, told, err := a.toPolice(ctx, before, after, who, m)
	if err != nil {
		return err
	}
	letters = append(letters, told...)
	moved, err := a.Ledger.Move(ctx, before, after, letters, services)
	if err != nil {
		return fmt.Errorf("move approval: %w", err)
	}
	if !moved {
		return errMoved
	}
	a.Log.Info("approval moved", "approval", after.ID, "partnership", after.Partnership,
		"from", before.State, "to", after.State, "step", after.Step, "how", after.Decision.How)
	if after.State.Granted() { // first: members do not wait for those who asked for it
		if err := a.Queue.Granted(ctx, after.ID, subscribers.MemberID{}); err != nil {
			return err
		}
	}
	return a.Queue.Entries(ctx, letters)
}

// letters asks those of the next rungs, asks all again after a hold or an
// answer, or tells all who may decide what one of them, or the plan, did.
func (a *Approver) letters(before, after subscribers.Approval, who people, m broker.Message) []subscribers.Entry {
	switch {
	case after.State == subscribers.ApprovalPending && before.State != subscribers.ApprovalPending:
		return after.Questions(m, after.Between(0, after.Step, who.present), a.Channels, a.Now())
	case after.State == subscribers.ApprovalPending:
		return after.Questions(m, after.Between(before.Step, after.Step, who.present), a.Channels, a.Now())
	}
	return after.Notices(m, who.approvers, a.Channels, a.Now())
}
