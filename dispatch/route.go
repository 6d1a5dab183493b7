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

// Router finds the partnerships that a message is for and opens one approval
// in each.
type Router struct {
	Directory Directory
	Ledger    interface {
		Approvals
		Corrections
		Debts
	}
	Queue    Queue
	Planner  *Planner        // of this node, who leads a plan with its first page
	Channels []channels.Name // that this installation has, to ask approvers on
	Now      func() time.Time
	Log      *slog.Logger
	Traces   Traces
}

// Handle takes one published message. A message that cannot be read, or is for
// nobody, becomes a dead letter with a reason that names the field.
func (r *Router) Handle(ctx context.Context, e broker.Event) error {
	m, err := readMessage(e)
	if err != nil {
		return &broker.DropError{Err: err}
	}
	ctx, step := r.Traces.begin(ctx, "route", m.ID.UUID)
	err = r.route(ctx, m, e.Attempt)
	step.end(err)
	return err
}

func (r *Router) route(ctx context.Context, m broker.Message, attempt int) error {
	partnerships, err := r.addressed(ctx, m)
	if err == nil {
		err = r.checkReferences(ctx, m, attempt)
	}
	var fault *broker.Fault
	if errors.As(err, &fault) {
		return &broker.DropError{Err: err}
	}
	if err != nil {
		return err
	}
	if len(m.Area) > 0 { // from here on it is for these, whatever the outlines become
		m.Partnerships = idsOf(partnerships)
	}
	if m.Corrects() {
		return r.correct(ctx, m, partnerships)
	}
	return r.open(ctx, m, routing{going: partnerships})
}

func readMessage(e broker.Event) (broker.Message, error) {
	m, err := broker.ParseMessage(e.Data)
	if err != nil {
		return broker.Message{}, err
	}
	if err := m.Validate(); err != nil {
		return broker.Message{}, err
	}
	if broker.MessageSubject(m.Zone) != e.Subject {
		return broker.Message{}, &broker.Fault{Field: "zone", Problem: "is not the zone of the subject it came on", Remedy: "publish on relais.message.<zone>"}
	}
	return m, nil
}

// addressed lists the partnerships of the zone that the message names or its
// areas meet, or all.
func (r *Router) addressed(ctx context.Context, m broker.Message) ([]subscribers.Partnership, error) {
	zone, err := r.Directory.Partnerships(ctx, m.Zone)
	if err != nil {
		return nil, fmt.Errorf("list partnerships: %w", err)
	}
	if len(zone) == 0 {
		return nil, &broker.Fault{Field: "zone", Problem: "has no partnership here", Remedy: "check the zone's id, or import its partnerships"}
	}
	found, missing := subscribers.Addressed(m, zone)
	switch {
	case missing >= 0:
		return nil, &broker.Fault{Field: fmt.Sprintf("partnerships[%d]", missing), Problem: "is not a partnership of this zone", Remedy: "check its id"}
	case len(found) == 0:
		return nil, &broker.Fault{Field: "area", Problem: "meets no partnership of this zone", Remedy: "check the positions and the outlines of the partnerships, or name the partnerships"}
	}
	return found, nil
}

func idsOf(partnerships []subscribers.Partnership) (ids []broker.PartnershipID) {
	for _, p := range partnerships {
		ids = append(ids, p.ID)
	}
	return ids
}

// routing is where a message goes, where not, and who is told of it already.
type routing struct {
	going   []subscribers.Partnership
	refused []subscribers.RoutingRefusal
	told    []subscribers.Entry
}

func (r *Router) open(ctx context.Context, m broker.Message, to routing) error {
	opened, refused, asks := []subscribers.Approval(nil), to.refused, to.told
	now := r.Now() // the same for all, so that what is due for several is due at one moment
	var first *lead
	defer func() { first.wait() }()
	for _, p := range to.going {
		o, entries, gaps, err := r.consider(ctx, m, p, now)
		switch {
		case err != nil:
			return err
		case len(gaps) > 0:
			refused = append(refused, subscribers.RoutingRefusal{Partnership: p.ID, Gaps: gaps})
			continue
		}
		opened, asks = append(opened, o.Approval), append(asks, entries...)
		if first == nil && o.Approval.State.Granted() {
			first = r.Planner.ahead(ctx, o)
		}
	}
	if err := r.Ledger.Open(ctx, m, now, opened, refused, asks); err != nil {
		return fmt.Errorf("open approvals: %w", err)
	}
	r.Log.Info("message routed", "message", m.ID, "revision", m.Revision, "kind", m.Kind,
		"approvals", len(opened), "refused", len(refused))
	return r.announce(ctx, opened, first, asks)
}

// consider opens the approval of one partnership, or says why it may not be sent for.
func (r *Router) consider(ctx context.Context, m broker.Message, p subscribers.Partnership, now time.Time) (o subscribers.Occasion, asks []subscribers.Entry, gaps []subscribers.Gap, err error) {
	approvers, err := r.Directory.Approvers(ctx, p.ID)
	if err != nil {
		return o, nil, nil, fmt.Errorf("list approvers: %w", err)
	}
	if gaps := p.Missing(approvers, now); len(gaps) > 0 {
		return o, nil, gaps, nil
	}
	plan, err := r.Directory.Plan(ctx, p.ID, p.PlanVersion)
	if err != nil {
		return o, nil, nil, fmt.Errorf("read plan: %w", err)
	}
	rule, ok := plan.RuleFor(m.Kind, m.Urgency)
	if !ok {
		return o, nil, []subscribers.Gap{subscribers.GapRule}, nil
	}
	present := rule.Approval.Present(approvers, p.Today(now))
	a := subscribers.NewApproval(m, p, rule, present, now)
	o = subscribers.Occasion{Message: m, Approval: a, Partnership: p, Plan: plan}
	if a.State.Granted() {
		return o, a.Notices(m, rule.Approval.Approvers(approvers), r.Channels, now), nil, nil
	}
	return o, a.Questions(m, a.Between(0, a.Step, present), r.Channels, now), nil, nil
}

// announce tells the next steps, and those first for whom nobody need be asked:
// an alert's members do not wait for the notices. What gets lost here the sweep
// finds. The first page that was read leads its approval's plan.
func (r *Router) announce(ctx context.Context, opened []subscribers.Approval, first *lead, asks []subscribers.Entry) error {
	last := first.write(ctx)
	for _, a := range opened {
		if !a.State.Granted() {
			continue
		}
		var after subscribers.MemberID
		if first != nil && a.ID == first.occasion.Approval.ID {
			after = last
		}
		if err := r.Queue.Granted(ctx, a.ID, after); err != nil {
			return err
		}
	}
	return r.Queue.Entries(ctx, asks)
}
