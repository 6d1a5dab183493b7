package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Status returns the truth about the newest revision of a message, or
// subscribers.ErrNotFound.
func (s *Store) Status(ctx context.Context, id broker.MessageID) (found subscribers.Status, err error) {
	err = s.read(ctx, fmt.Sprintf("read the status of message %s", id), func(t *tx) error {
		if found, err = outline(ctx, t, id); err != nil {
			return err
		}
		return countStatus(ctx, t, &found)
	})
	return found, err
}

// Outline returns the Status of a message with at most so many deliveries. Of
// one with more it leaves out what is counted of them, which takes long, and
// says so: false. That one is not Done.
func (s *Store) Outline(ctx context.Context, id broker.MessageID, most int) (found subscribers.Status, counted bool, err error) {
	err = s.read(ctx, fmt.Sprintf("read the outline of message %s", id), func(t *tx) error {
		if found, err = outline(ctx, t, id); err != nil {
			return err
		}
		deliveries, err := one(ctx, t, scanCount, `SELECT COUNT(*) FROM (SELECT 1 FROM approvals a JOIN deliveries d ON d.approval = a.id
			WHERE a.message = $1 AND a.revision = $2 LIMIT $3) AS outline`, id.UUID[:], found.Revision, most+1)
		if err != nil || deliveries > most {
			return err
		}
		counted = true
		return countStatus(ctx, t, &found)
	})
	return found, counted, err
}

// outline is a status without what is counted of deliveries.
func outline(ctx context.Context, t *tx, id broker.MessageID) (subscribers.Status, error) {
	m, err := one(ctx, t, scanReceived, `SELECT body, received FROM messages WHERE id = $1 ORDER BY revision DESC LIMIT 1`, id.UUID[:])
	if err != nil {
		return subscribers.Status{}, err
	}
	st := subscribers.Status{Message: m.ID, Revision: m.Revision, Kind: m.Kind, Urgency: m.Urgency, Received: m.at, Expires: m.Expires}
	st.Refused, err = list(ctx, t, scanRefusal, `SELECT partnership, gaps FROM routing_refusals
		WHERE message = $1 AND revision = $2 ORDER BY partnership`, id.UUID[:], st.Revision)
	if err != nil {
		return st, err
	}
	if st.Partnerships, err = partnershipStatuses(ctx, t, st); err != nil {
		return st, err
	}
	return st, fillCases(ctx, t, m.Message, st.Partnerships)
}

func countStatus(ctx context.Context, t *tx, st *subscribers.Status) error {
	counts, err := countDeliveries(ctx, t, *st)
	if err != nil {
		return err
	}
	for i := range st.Partnerships {
		st.Partnerships[i].Channels = counts[st.Partnerships[i].Approval]
	}
	if err := countUnreached(ctx, t, *st); err != nil {
		return err
	}
	st.Done = done(st.Partnerships)
	return nil
}

// fillCases notes what word is owed about a message, or was. A correction owes
// that of the matter which it corrects.
func fillCases(ctx context.Context, t *tx, m broker.Message, partnerships []subscribers.PartnershipStatus) error {
	matter := []broker.MessageID{m.ID}
	if m.Corrects() {
		family, err := relatives(ctx, t, m)
		if err != nil {
			return err
		}
		for _, r := range family {
			matter = append(matter, r.id)
		}
	}
	marks, args := listed(matter, nil)
	cases, err := list(ctx, t, scanCase, `SELECT `+caseColumns+` FROM cases WHERE matter IN (`+marks+`) ORDER BY opened, id`, args...)
	owed := make(map[broker.PartnershipID]subscribers.Case, len(cases))
	for _, c := range cases {
		owed[c.Partnership] = c
	}
	for i := range partnerships {
		if c, found := owed[partnerships[i].Partnership]; found {
			partnerships[i].Case = c.Status()
		}
	}
	return err
}

func partnershipStatuses(ctx context.Context, t *tx, st subscribers.Status) ([]subscribers.PartnershipStatus, error) {
	approvals, err := list(ctx, t, t.scanApproval, `SELECT `+approvalColumns+` FROM approvals
		WHERE message = $1 AND revision = $2 ORDER BY partnership`, st.Message.UUID[:], st.Revision)
	if err != nil {
		return nil, err
	}
	names, err := partnershipNames(ctx, t, st)
	if err != nil {
		return nil, err
	}
	found := make([]subscribers.PartnershipStatus, len(approvals))
	for i, a := range approvals {
		found[i] = subscribers.PartnershipStatus{
			Partnership: a.Partnership, Name: names[a.Partnership], Approval: a.ID, State: a.State,
			By: a.Decision.By, At: a.Decision.At, How: a.Decision.How, Why: a.Decision.Why, Until: a.Decision.Until,
			Deadline: a.Deadline, Release: a.ReleasableAt(), PlanVersion: a.PlanVersion, Planned: !a.Planned.IsZero(),
			Asked: a.AskedRoles(),
		}
		found[i].Next, found[i].NextAt = a.Next(st.Expires)
	}
	return found, nil
}

func partnershipNames(ctx context.Context, t *tx, st subscribers.Status) (map[broker.PartnershipID]string, error) {
	names := make(map[broker.PartnershipID]string)
	found, err := list(ctx, t, t.scanPartnership, `SELECT p.body, p.plan_version FROM approvals a JOIN partnerships p ON p.id = a.partnership
		WHERE a.message = $1 AND a.revision = $2`, st.Message.UUID[:], st.Revision)
	for _, p := range found {
		names[p.ID] = p.Name
	}
	return names, err
}

// done says whether nothing will change any more.
func done(partnerships []subscribers.PartnershipStatus) bool {
	for _, p := range partnerships {
		if !p.State.Final() || p.State.Granted() && !p.Planned {
			return false
		}
		for _, c := range p.Channels {
			if c.Open > 0 {
				return false
			}
		}
	}
	return true
}

// Recent returns the newest revisions of the messages that came last, in one
// zone or, with an empty one, in all; the newest first.
func (s *Store) Recent(ctx context.Context, zone broker.ZoneID, limit int) (found []broker.Message, err error) {
	where, args := ``, []any{limit}
	if zone != "" { // not as zone = $2 OR $2 = '', for which no index serves
		where, args = `m.zone = $2 AND `, append(args, string(zone))
	}
	err = s.read(ctx, "read recent messages", func(t *tx) error {
		found, err = list(ctx, t, scanMessage, `SELECT body FROM messages m
			WHERE `+where+`m.revision = (SELECT MAX(n.revision) FROM messages n WHERE n.id = m.id)
			ORDER BY m.received DESC, m.id DESC LIMIT $1`, args...)
		return err
	})
	return found, err
}

// Reach counts the members of a partnership, and for each channel those who
// can be reached on it.
func (s *Store) Reach(ctx context.Context, id broker.PartnershipID) (members int, byChannel map[channels.Name]int, err error) {
	err = s.read(ctx, fmt.Sprintf("count the members of partnership %s", id), func(t *tx) error {
		members, err = one(ctx, t, scanCount, `SELECT COUNT(*) FROM memberships WHERE partnership = $1 AND left_at = 0`, string(id))
		if err != nil {
			return err
		}
		byChannel = make(map[channels.Name]int)
		_, err = list(ctx, t, func(r row) (struct{}, error) {
			var channel string
			var n int
			err := r.Scan(&channel, &n)
			byChannel[channels.Name(channel)] = n
			return struct{}{}, err
		}, `SELECT c.channel, COUNT(DISTINCT c.member) FROM memberships s JOIN contacts c ON c.member = s.member
			WHERE s.partnership = $1 AND s.left_at = 0 AND c.state = 'active' GROUP BY c.channel`, string(id))
		return err
	})
	return members, byChannel, err
}

// received is a message and when it came.
type received struct {
	broker.Message
	at time.Time
}

func scanReceived(r row) (m received, err error) {
	var body string
	if err := r.Scan(&body, asTime{&m.at}); err != nil {
		return m, err
	}
	m.Message, err = decodeMessage(body)
	return m, err
}

func scanRefusal(r row) (refused subscribers.RoutingRefusal, err error) {
	var gaps string
	err = r.Scan((*string)(&refused.Partnership), &gaps)
	refused.Gaps = splitWords[subscribers.Gap](gaps)
	return refused, err
}

func scanCount(r row) (n int, err error) {
	err = r.Scan(&n)
	return n, err
}
