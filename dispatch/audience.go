package dispatch

import (
	"context"
	"slices"
	"time"

	"relais/subscribers"
)

// audience says who a granted message is for (PLP.md, rule 7). again: an
// original is still being planned, so somebody may be missing.
func (p *Planner) audience(ctx context.Context, o subscribers.Occasion) (a subscribers.Audience, again bool, err error) {
	a.Partnership = o.Partnership.ID
	if !o.Message.Corrects() {
		return a, false, nil
	}
	if a.Got, _, err = p.Ledger.References(ctx, o.Message); err != nil {
		return a, false, err
	}
	originals, err := p.Ledger.Originals(ctx, a.Got)
	if err != nil {
		return a, false, err
	}
	again = slices.ContainsFunc(originals, func(e subscribers.Original) bool { return granted(e) && e.Approval.Planned.IsZero() })
	a.Stopped = o.Message.Replaces()
	a.Whole = a.Stopped && !slices.ContainsFunc(inPartnership(originals, a.Partnership), granted)
	return a, again, nil
}

// undecidedFor is how long a withdrawal waits for a call that is under way or
// was cut. After it, who perhaps got the original is told as well.
const undecidedFor = 2 * time.Minute

// certain leaves out for now those of whom nobody knows yet whether they got
// what is withdrawn. A correction is owed to them in either case.
func certain(o subscribers.Occasion, members []subscribers.Member) []subscribers.Member {
	if !o.Message.Corrects() || o.Message.Replaces() || o.Now.Sub(o.Approval.Decision.At) >= undecidedFor {
		return members
	}
	return slices.DeleteFunc(slices.Clone(members), func(m subscribers.Member) bool { return m.Got.Undecided() })
}
