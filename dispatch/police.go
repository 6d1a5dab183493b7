package dispatch

import (
	"context"
	"fmt"

	"relais/broker"
	"relais/subscribers"
)

// toPolice writes to the officers when an approver asks them something, and when
// the ladder has come to their rung. Nobody is written to where the zone has no
// officers on file: the desk shows both.
func (a *Approver) toPolice(ctx context.Context, before, after subscribers.Approval, who people, m broker.Message) ([]subscribers.ServiceMessage, []subscribers.Entry, error) {
	var message subscribers.ServiceMessage
	switch {
	case after.State == subscribers.ApprovalQuestioned:
		message = after.AskPolice(m, who.partnership)
	case after.State == subscribers.ApprovalPending && reachesPolice(before, after):
		others, err := a.Ledger.AlsoWaiting(ctx, before)
		if err != nil {
			return nil, nil, fmt.Errorf("count who else has not answered: %w", err)
		}
		message = after.OfferRelease(m, who.partnership, before.Deadline, others)
	default:
		return nil, nil, nil
	}
	officers, err := a.Directory.Officers(ctx, m.Zone)
	if err != nil {
		return nil, nil, fmt.Errorf("list officers: %w", err)
	}
	var told []subscribers.Entry
	for _, officer := range subscribers.Responsible(officers, m.Author) {
		if e, ok := message.To(officer.Member, a.Channels, subscribers.PriorityOf(m.Urgency), a.Now()); ok {
			told = append(told, e)
		}
	}
	return []subscribers.ServiceMessage{message}, told, nil
}

// reachesPolice says whether a climb has come to the police's rung.
func reachesPolice(before, after subscribers.Approval) bool {
	ladder := after.Rule.Approval.Ladder()
	for _, rung := range ladder[min(before.Step, len(ladder)):min(after.Step, len(ladder))] {
		if rung.Role == subscribers.RolePolice {
			return true
		}
	}
	return false
}
