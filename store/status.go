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
		if found, err = outline(ctx, t, id); err != nil {
			return err
		}
		return countStatus(ctx, t, &found)
	})
	return found, err
}

func countStatus(ctx context.Context, t *tx, st *subscribers.Status) error {
	err := countPartnerships(ctx, t, pointers(st.Partnerships))
	st.Done = done(st.Partnerships)
	return err
}

func countPartnerships(ctx context.Context, t *tx, all []*subscribers.PartnershipStatus) error {
	approvals := make([]subscribers.ApprovalID, len(all))
	for i, p := range all {
		approvals[i] = p.Approval
	}
	counts, err := countDeliveries(ctx, t, approvals)
	if err != nil {
		return err
	}
	var missed []*subscribers.PartnershipStatus
	for _, p := range all {
		p.Channels = counts[p.Approval]
		if p.Missed() {
			missed = append(missed, p)
		}
	}
	return countUnreached(ctx, t, missed)
}

func pointers[T any](all []T) []*T {
	to := make([]*T, len(all))
	for i := range all {
		to[i] = &all[i]
	}
	return to
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
		members, err = one(ctx, t, scanNumber, `SELECT COUNT(*) FROM memberships WHERE partnership = $1 AND left_at = 0`, string(id))
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
