package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Outline returns the Status of a message with at most so many deliveries, or
// subscribers.ErrNotFound. Of one with more it leaves out what is counted of
// them, which takes long; that one is neither Counted nor Done.
func (s *Store) Outline(ctx context.Context, id broker.MessageID, most int) (found subscribers.Outlined, err error) {
	err = s.read(ctx, fmt.Sprintf("read the outline of message %s", id), func(t *tx) error {
		if found.Status, err = outline(ctx, t, id); err != nil {
			return err
		}
		few, err := narrow(ctx, t, []broker.MessageID{id}, most)
		if err != nil || !few[0] {
			return err
		}
		found.Counted = true
		return countStatus(ctx, t, &found.Status)
	})
	return found, err
}

// outline is the status of a message's newest revision without what is counted
// of its deliveries; subscribers.ErrNotFound if there is none.
func outline(ctx context.Context, t *tx, id broker.MessageID) (subscribers.Status, error) {
	var received time.Time
	m, err := one(ctx, t, func(r row) (broker.Message, error) { return scanMessage(longer{r, []any{asTime{&received}}}) },
		`SELECT body, received FROM messages WHERE id = $1 ORDER BY revision DESC LIMIT 1`, id.UUID[:])
	if err != nil {
		return subscribers.Status{}, err
	}
	st := subscribers.Status{Message: m.ID, Revision: m.Revision, Kind: m.Kind, Urgency: m.Urgency, Received: received, Expires: m.Expires}
	st.Refused, err = list(ctx, t, scanRefusal,
		`SELECT partnership, gaps FROM routing_refusals WHERE message = $1 AND revision = $2 ORDER BY partnership`, id.UUID[:], m.Revision)
	if err != nil {
		return st, err
	}
	if st.Partnerships, err = partnershipStatuses(ctx, t, m); err != nil {
		return st, err
	}
	return st, fillCases(ctx, t, m, st.Partnerships)
}

func scanRefusal(r row) (refused subscribers.RoutingRefusal, err error) {
	var gaps string
	err = r.Scan((*string)(&refused.Partnership), &gaps)
	refused.Gaps = splitWords[subscribers.Gap](gaps)
	return refused, err
}

func partnershipStatuses(ctx context.Context, t *tx, m broker.Message) ([]subscribers.PartnershipStatus, error) {
	names, err := partnershipNames(ctx, t, m)
	if err != nil {
		return nil, err
	}
	return list(ctx, t, func(r row) (subscribers.PartnershipStatus, error) {
		a, err := t.scanApproval(r)
		return partnershipStatus(a, names[a.Partnership], m.Expires), err
	}, `SELECT `+approvalColumns+` FROM approvals WHERE message = $1 AND revision = $2 ORDER BY partnership`, m.ID.UUID[:], m.Revision)
}

func partnershipStatus(a subscribers.Approval, name string, expires time.Time) subscribers.PartnershipStatus {
	st := subscribers.PartnershipStatus{
		Partnership: a.Partnership, Name: name, Approval: a.ID, State: a.State,
		By: a.Decision.By, At: a.Decision.At, How: a.Decision.How, Why: a.Decision.Why, Until: a.Decision.Until,
		Deadline: a.Deadline, Release: a.ReleasableAt(), PlanVersion: a.PlanVersion, Planned: !a.Planned.IsZero(),
		Asked: a.AskedRoles(),
	}
	st.Next, st.NextAt = a.Next(expires)
	return st
}

func partnershipNames(ctx context.Context, t *tx, m broker.Message) (map[broker.PartnershipID]string, error) {
	names := make(map[broker.PartnershipID]string)
	err := t.forEach(ctx, func(r row) error {
		p, err := t.scanPartnership(r)
		names[p.ID] = p.Name
		return err
	}, `SELECT body, plan_version FROM partnerships WHERE id IN (SELECT partnership FROM approvals WHERE message = $1 AND revision = $2)`,
		m.ID.UUID[:], m.Revision)
	return names, err
}

// fillCases notes what word is owed about a message, or was: of several cases
// the one opened last. A correction owes that of the matter which it corrects.
func fillCases(ctx context.Context, t *tx, m broker.Message, partnerships []subscribers.PartnershipStatus) error {
	matters := []broker.MessageID{m.ID}
	if m.Corrects() {
		family, err := relatives(ctx, t, m)
		if err != nil {
			return err
		}
		for _, r := range family {
			matters = append(matters, r.id)
		}
	}
	last := make(map[broker.PartnershipID]*subscribers.CaseStatus)
	err := t.forWanted(ctx, messageBytes(matters), func(r row) error {
		c, err := scanCase(r)
		last[c.Partnership] = c.Status()
		return err
	}, `SELECT `+caseColumns+` FROM cases WHERE matter IN (SELECT w.id FROM wanted w) ORDER BY opened, id`)
	for i := range partnerships {
		partnerships[i].Case = last[partnerships[i].Partnership]
	}
	return err
}
