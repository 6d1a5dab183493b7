package dispatch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Corrections is what the ledger knows of messages that are about others.
type Corrections interface {
	// References returns the messages that one is about, the oldest first: those
	// that it names, those that these correct in turn, and what corrects any of
	// them; not itself. Where a reference is no message of the same zone, unknown
	// is its index; else -1.
	References(ctx context.Context, m broker.Message) (family []broker.MessageID, unknown int, err error)
	// Originals returns where each of these messages stands in each partnership.
	Originals(ctx context.Context, family []broker.MessageID) ([]subscribers.Original, error)
	// Recall stops what has not gone out of the family of m, in the partnerships
	// that m is for: open approvals lapse, entries that are pending, held or wait
	// for a digest are suppressed. What is added later for these approvals is
	// suppressed too, and what is claimed later says that it was stopped.
	Recall(ctx context.Context, m broker.Message, family []broker.MessageID, at time.Time) error
}

// A message may overtake the one that it is about: for a few attempts an
// unknown reference may become known.
const (
	referenceAttempts = 4
	referencePause    = 2 * time.Second
)

// checkReferences returns a Fault for the first reference that is no message of
// this zone.
func (r *Router) checkReferences(ctx context.Context, m broker.Message, attempt int) error {
	if len(m.References) == 0 {
		return nil
	}
	_, unknown, err := r.Ledger.References(ctx, m)
	if err != nil || unknown < 0 {
		return err
	}
	fault := &broker.Fault{Field: fmt.Sprintf("references[%d]", unknown), Problem: "is not a message of this zone", Remedy: "give the id under which the earlier message was published"}
	if attempt > 0 && attempt < referenceAttempts {
		return &broker.RetryError{After: referencePause, Err: fmt.Errorf("find earlier message: %s %s", fault.Field, fault.Problem)}
	}
	return fault
}

// correct stops what has not gone out yet, before anybody is asked anything:
// that takes no approval, for what the police take back nobody may pass on.
// Then it asks only where the original went.
func (r *Router) correct(ctx context.Context, m broker.Message, partnerships []subscribers.Partnership) error {
	family, _, err := r.Ledger.References(ctx, m)
	if err != nil {
		return err
	}
	if err := r.Ledger.Recall(ctx, m, family, r.Now()); err != nil {
		return err
	}
	originals, err := r.Ledger.Originals(ctx, family)
	if err != nil {
		return err
	}
	if err := r.forget(ctx, m, family, originals); err != nil {
		return err
	}
	to := destinations(m, partnerships, originals)
	if to.told, err = r.tell(ctx, m, originals); err != nil {
		return err
	}
	return r.open(ctx, m, to)
}

// forget ends the cases of what is withdrawn or closed where nobody got it: no
// word is owed there, and none is asked of anybody. Elsewhere the granted
// withdrawal ends them (Cases).
func (r *Router) forget(ctx context.Context, m broker.Message, family []broker.MessageID, originals []subscribers.Original) error {
	if m.Replaces() {
		return nil
	}
	end, ok := subscribers.EndFor(m, r.Now())
	if !ok {
		return nil
	}
	for _, o := range originals {
		here := inPartnership(originals, o.Approval.Partnership)
		if !granted(o) || slices.ContainsFunc(here, got) || o.StoppedBy != m.ID {
			continue
		}
		if err := r.Ledger.EndCases(ctx, family, o.Approval.Partnership, end); err != nil {
			return fmt.Errorf("end cases: %w", err)
		}
	}
	return nil
}

// destinations are the partnerships where the original was granted. For a
// withdrawal somebody there must have got it; a correction also takes the place
// of what nobody had answered yet.
func destinations(m broker.Message, partnerships []subscribers.Partnership, originals []subscribers.Original) routing {
	var to routing
	for _, p := range partnerships {
		here := inPartnership(originals, p.ID)
		switch {
		case m.Replaces() && slices.ContainsFunc(here, replaceable), !m.Replaces() && slices.ContainsFunc(here, got):
			to.going = append(to.going, p)
		case len(here) > 0:
			to.refused = append(to.refused, subscribers.RoutingRefusal{Partnership: p.ID, Gaps: []subscribers.Gap{subscribers.GapNobodyGot}})
		case len(m.Partnerships) > 0:
			to.refused = append(to.refused, subscribers.RoutingRefusal{Partnership: p.ID, Gaps: []subscribers.Gap{subscribers.GapNotSent}})
		}
	}
	return to
}

func inPartnership(originals []subscribers.Original, id broker.PartnershipID) []subscribers.Original {
	return slices.DeleteFunc(slices.Clone(originals), func(o subscribers.Original) bool { return o.Approval.Partnership != id })
}

func got(o subscribers.Original) bool { return o.Got }

func granted(o subscribers.Original) bool { return o.Approval.State.Granted() }

func replaceable(o subscribers.Original) bool { return granted(o) || o.ReplacedUnanswered() }

// tell writes to the approvers of what m has stopped: those who had not
// answered, and those whose members will hear nothing.
func (r *Router) tell(ctx context.Context, m broker.Message, originals []subscribers.Original) ([]subscribers.Entry, error) {
	var told []subscribers.Entry
	for _, o := range originals {
		a := o.Approval
		switch {
		case o.StoppedBy != m.ID:
			continue
		case o.ReplacedUnanswered():
		case granted(o) && !m.Replaces() && !slices.ContainsFunc(inPartnership(originals, a.Partnership), got):
			a = a.Withdrawn(r.Now())
		default:
			continue
		}
		approvers, err := r.Directory.Approvers(ctx, a.Partnership)
		if err != nil {
			return nil, fmt.Errorf("list approvers: %w", err)
		}
		told = append(told, a.Notices(m, a.AskedSoFar(approvers), r.Channels, r.Now())...)
	}
	return told, nil
}
