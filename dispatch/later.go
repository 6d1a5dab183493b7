package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"relais/broker"
	"relais/subscribers"
)

// laterSlots knows which partnerships have a slot later on the day of another.
type laterSlots struct {
	d     *Digester
	slot  subscribers.Slot
	known map[broker.PartnershipID]bool
}

// without leaves out those for whom nothing is ripe, and those who get more
// with a later slot of the same day: a person has one infoflash a day, and what
// a coordinator may still hold does not go with somebody else's.
func (l *laterSlots) without(ctx context.Context, people []subscribers.DigestPerson) ([]subscribers.DigestPerson, error) {
	var ready []subscribers.DigestPerson
	for _, person := range people {
		put, err := l.putsOff(ctx, person)
		if err != nil {
			return nil, err
		}
		if person = l.slot.Takes(person); !put && len(person.Items) > 0 {
			ready = append(ready, person)
		}
	}
	return ready, nil
}

func (l *laterSlots) putsOff(ctx context.Context, person subscribers.DigestPerson) (bool, error) {
	for _, id := range person.Unripe {
		if _, asked := l.known[id]; !asked {
			later, err := l.ask(ctx, id)
			if err != nil {
				return false, fmt.Errorf("read when the infoflash of %s goes: %w", id, err)
			}
			if l.known == nil {
				l.known = make(map[broker.PartnershipID]bool)
			}
			l.known[id] = later
		}
	}
	return slices.ContainsFunc(person.Unripe, func(id broker.PartnershipID) bool { return l.known[id] }), nil
}

// ask reads the row, for an outage can have moved a slot; without one, the plan.
func (l *laterSlots) ask(ctx context.Context, id broker.PartnershipID) (bool, error) {
	slot, err := l.d.Ledger.Slot(ctx, id, l.slot.Date)
	if err == nil {
		return slot.ClosedAt.IsZero() && slot.LeavesAt.After(l.slot.LeavesAt), nil
	}
	if !errors.Is(err, subscribers.ErrNotFound) {
		return false, err
	}
	p, err := l.d.Directory.Partnership(ctx, id)
	if err != nil {
		return false, err
	}
	plan, err := l.d.Directory.Plan(ctx, id, p.PlanVersion)
	if err != nil {
		return false, err
	}
	slot, found := plan.Digest.SlotOn(p, l.slot.Date)
	return found && slot.LeavesAt.After(l.slot.LeavesAt), nil
}
