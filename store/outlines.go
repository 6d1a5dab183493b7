package store

import (
	"context"
	"slices"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// outlines are the statuses of messages without what is counted of their
// deliveries, in this order; subscribers.ErrNotFound if there is none of one.
func outlines(ctx context.Context, t *tx, ids []broker.MessageID) ([]subscribers.Outlined, error) {
	found := make([]subscribers.Outlined, len(ids))
	messages := make([]broker.Message, len(ids))
	err := t.forWanted(ctx, messageBytes(ids), func(r row) error {
		n, m, received, err := scanOutlined(r)
		messages[n] = m
		found[n].Status = subscribers.Status{Message: m.ID, Revision: m.Revision, Kind: m.Kind, Urgency: m.Urgency, Received: received, Expires: m.Expires}
		return err
	}, `SELECT w.n, m.body, m.received FROM wanted w CROSS JOIN messages m
		WHERE m.id = w.id AND m.revision = (SELECT MAX(n.revision) FROM messages n WHERE n.id = w.id)`)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(messages, func(m broker.Message) bool { return m.Revision == 0 }) {
		return nil, subscribers.ErrNotFound
	}
	if err := fillRefused(ctx, t, found); err != nil {
		return nil, err
	}
	if err := fillPartnerships(ctx, t, found); err != nil {
		return nil, err
	}
	return found, fillCases(ctx, t, messages, found)
}

func scanOutlined(r row) (n int, m broker.Message, received time.Time, err error) {
	var body string
	if err := r.Scan(&n, &body, asTime{&received}); err != nil {
		return n, m, received, err
	}
	m, err = decodeMessage(body)
	return n, m, received, err
}

// Of another revision than the newest nothing is taken: a newer one can come
// between two questions.

func fillRefused(ctx context.Context, t *tx, found []subscribers.Outlined) error {
	return t.forWanted(ctx, outlinedBytes(found), func(r row) error {
		var n, revision int
		refused, err := scanRefusal(longer{r, []any{&n, &revision}})
		if revision == found[n].Revision {
			found[n].Refused = append(found[n].Refused, refused)
		}
		return err
	}, `SELECT f.partnership, f.gaps, w.n, f.revision FROM wanted w CROSS JOIN routing_refusals f
		WHERE f.message = w.id ORDER BY w.n, f.partnership`)
}

func fillPartnerships(ctx context.Context, t *tx, found []subscribers.Outlined) error {
	names, err := partnershipNames(ctx, t, found)
	if err != nil {
		return err
	}
	return t.forWanted(ctx, outlinedBytes(found), func(r row) error {
		var n int
		a, err := t.scanApproval(longer{r, []any{&n}})
		if st := &found[n].Status; a.Revision == st.Revision {
			st.Partnerships = append(st.Partnerships, partnershipStatus(a, names[a.Partnership], st.Expires))
		}
		return err
	}, `SELECT `+approvalColumns+`, w.n FROM (SELECT n, id AS about FROM wanted) w CROSS JOIN approvals
		WHERE message = w.about ORDER BY w.n, partnership`)
}

func scanRefusal(r row) (refused subscribers.RoutingRefusal, err error) {
	var gaps string
	err = r.Scan((*string)(&refused.Partnership), &gaps)
	refused.Gaps = splitWords[subscribers.Gap](gaps)
	return refused, err
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

func partnershipNames(ctx context.Context, t *tx, found []subscribers.Outlined) (map[broker.PartnershipID]string, error) {
	names := make(map[broker.PartnershipID]string)
	err := t.forWanted(ctx, outlinedBytes(found), func(r row) error {
		p, err := t.scanPartnership(r)
		names[p.ID] = p.Name
		return err
	}, `SELECT p.body, p.plan_version FROM partnerships p
		WHERE p.id IN (SELECT a.partnership FROM wanted w CROSS JOIN approvals a WHERE a.message = w.id)`)
	return names, err
}

// fillCases notes what word is owed about messages, or was. A correction owes
// that of the matter which it corrects.
func fillCases(ctx context.Context, t *tx, messages []broker.Message, found []subscribers.Outlined) error {
	matters := make([][]broker.MessageID, len(messages))
	for i, m := range messages {
		matters[i] = []broker.MessageID{m.ID}
		if !m.Corrects() {
			continue
		}
		family, err := relatives(ctx, t, m)
		if err != nil {
			return err
		}
		for _, r := range family {
			matters[i] = append(matters[i], r.id)
		}
	}
	owed := make(map[broker.MessageID][]subscribers.Case)
	err := t.forWanted(ctx, messageBytes(slices.Concat(matters...)), func(r row) error {
		c, err := scanCase(r)
		owed[c.Matter] = append(owed[c.Matter], c)
		return err
	}, `SELECT `+caseColumns+` FROM cases WHERE matter IN (SELECT w.id FROM wanted w)`)
	for i := range found {
		noteCases(found[i].Partnerships, matters[i], owed)
	}
	return err
}

// noteCases notes the case that was opened last.
func noteCases(partnerships []subscribers.PartnershipStatus, matters []broker.MessageID, owed map[broker.MessageID][]subscribers.Case) {
	last := make(map[broker.PartnershipID]subscribers.Case)
	for _, matter := range matters {
		for _, c := range owed[matter] {
			if before, found := last[c.Partnership]; !found || !c.Opened.Before(before.Opened) {
				last[c.Partnership] = c
			}
		}
	}
	for i := range partnerships {
		if c, found := last[partnerships[i].Partnership]; found {
			partnerships[i].Case = c.Status()
		}
	}
}
