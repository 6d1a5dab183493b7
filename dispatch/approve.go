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
	after, err := before.Apply(d, m.Author)
	if err != nil {
		return before, err
	}
	if err := a.entitled(ctx, before.Partnership, d); err != nil {
		return before, err
	}
	if after.State.Granted() && !d.At.Before(m.Expires) {
		return before, &subscribers.RefusedMoveError{Reason: "the message has expired, so it is not sent any more"}
	}
	return after, a.move(ctx, before, after, m)
}

// entitled refuses who was an approver when the link was sent and is none now.
func (a *Approver) entitled(ctx context.Context, p broker.PartnershipID, d subscribers.Decision) error {
	if d.Member == (subscribers.MemberID{}) {
		return nil
	}
	approvers, err := a.Directory.Approvers(ctx, p)
	if err != nil {
		return fmt.Errorf("list approvers: %w", err)
	}
	if !subscribers.MayDecide(approvers, d.Member) {
		return &subscribers.RefusedMoveError{Reason: "only a coordinator or deputy of the partnership may decide"}
	}
	return nil
}

// Climb carries out an approval's deadline.
func (a *Approver) Climb(ctx context.Context, id subscribers.ApprovalID) error {
	before, m, err := a.load(ctx, id)
	if err != nil {
		return err
	}
	after := before.Climb(m.Expires, a.Now())
	if after.State == before.State && after.Step == before.Step {
		return nil
	}
	if err := a.move(ctx, before, after, m); !errors.Is(err, errMoved) {
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

// move writes the approval's new state and who is written to because of it,
// then announces both.
func (a *Approver) move(ctx context.Context, before, after subscribers.Approval, m broker.Message) error {
	approvers, err := a.Directory.Approvers(ctx, after.Partnership)
	if err != nil {
		return fmt.Errorf("list approvers: %w", err)
	}
	letters := a.letters(before, after, approvers, m)
	moved, err := a.Ledger.Move(ctx, before, after, letters)
	if err != nil {
		return fmt.Errorf("move approval: %w", err)
	}
	if !moved {
		return errMoved
	}
	a.Log.Info("approval moved", "approval", after.ID, "partnership", after.Partnership,
		"from", before.State, "to", after.State, "step", after.Step, "how", after.Decision.How)
	if err := a.Queue.Entries(ctx, letters); err != nil {
		return err
	}
	if after.State.Granted() {
		return a.Queue.Granted(ctx, after.ID)
	}
	return nil
}

// letters asks those of the next step, or tells those who were asked how it ended.
func (a *Approver) letters(before, after subscribers.Approval, approvers []subscribers.Approver, m broker.Message) []subscribers.Entry {
	if after.Step > before.Step {
		return after.Questions(m, after.AskedAt(after.Step, approvers), a.Channels, a.Now())
	}
	if !after.State.Final() {
		return nil
	}
	var asked []subscribers.Approver
	for step := 1; step <= after.Step; step++ {
		asked = append(asked, after.AskedAt(step, approvers)...)
	}
	return after.Notices(m, asked, a.Channels, a.Now())
}
