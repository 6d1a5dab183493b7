package store

import (
	"context"
	"fmt"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Status returns the truth about the newest revision of a message, or
// subscribers.ErrNotFound.
func (s *Store) Status(ctx context.Context, id broker.MessageID) (found subscribers.Status, err error) {
	err = s.read(ctx, fmt.Sprintf("read the status of message %s", id), func(t *tx) error {
		all, err := outlines(ctx, t, []broker.MessageID{id})
		if err != nil {
			return err
		}
		found = all[0].Status
		return countStatuses(ctx, t, []*subscribers.Status{&found})
	})
	return found, err
}

// Outlines returns the Status of each message with at most so many deliveries.
// Of one with more it leaves out what is counted of them, which takes long; that
// one is neither Counted nor Done. It asks for all of them at once: for the ten
// of the desk one by one, a ledger on another machine is asked ninety times.
func (s *Store) Outlines(ctx context.Context, ids []broker.MessageID, most int) (found []subscribers.Outlined, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.read(ctx, fmt.Sprintf("read the outlines of %d messages", len(ids)), func(t *tx) error {
		if found, err = outlines(ctx, t, ids); err != nil {
			return err
		}
		if err := noteNarrow(ctx, t, found, most); err != nil {
			return err
		}
		var narrow []*subscribers.Status
		for i := range found {
			if found[i].Counted {
				narrow = append(narrow, &found[i].Status)
			}
		}
		return countStatuses(ctx, t, narrow)
	})
	return found, err
}

// noteNarrow notes which messages have at most so many deliveries.
func noteNarrow(ctx context.Context, t *tx, found []subscribers.Outlined, most int) error {
	return t.forWanted(ctx, outlinedBytes(found), func(r row) error {
		var n, deliveries int
		err := r.Scan(&n, &deliveries)
		found[n].Counted = deliveries <= most
		return err
	}, `SELECT w.n, (SELECT COUNT(*) FROM (SELECT 1 FROM approvals a JOIN deliveries d ON d.approval = a.id
			WHERE a.message = w.id AND a.revision = (SELECT MAX(m.revision) FROM messages m WHERE m.id = w.id) LIMIT $2) AS few)
		FROM wanted w`, most+1)
}

func countStatuses(ctx context.Context, t *tx, all []*subscribers.Status) error {
	var approvals []subscribers.ApprovalID
	for _, st := range all {
		for _, p := range st.Partnerships {
			approvals = append(approvals, p.Approval)
		}
	}
	counts, err := countDeliveries(ctx, t, approvals)
	if err != nil {
		return err
	}
	var missed []*subscribers.PartnershipStatus
	for _, st := range all {
		for i := range st.Partnerships {
			p := &st.Partnerships[i]
			p.Channels = counts[p.Approval]
			if p.Missed() {
				missed = append(missed, p)
			}
		}
		st.Done = done(st.Partnerships)
	}
	return countUnreached(ctx, t, missed)
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

func scanCount(r row) (n int, err error) {
	err = r.Scan(&n)
	return n, err
}
