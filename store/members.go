package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Members returns at most limit people (every role) of an audience who have
// not left, with all their contacts, by id, beginning after the given one.
// With Got it returns only those whom one of these messages reached or perhaps
// did, through whatever partnership (PLP.md, rule 7); with Stopped also those
// for whom it was stopped before it went. Each has the Trace of it.
func (s *Store) Members(ctx context.Context, a subscribers.Audience, after subscribers.MemberID, limit int) (found []subscribers.Member, err error) {
	query, args := membersQuery(a, after, limit)
	err = s.read(ctx, fmt.Sprintf("read members of partnership %s", a.Partnership), func(t *tx) error {
		found, err = list(ctx, t, scanMember, query, args...)
		if err != nil {
			return err
		}
		if err := fillTraces(ctx, t, a.Got, found); err != nil {
			return err
		}
		return fillContacts(ctx, t, found)
	})
	return found, err
}

func membersQuery(a subscribers.Audience, after subscribers.MemberID, limit int) (string, []any) {
	args := []any{string(a.Partnership), after.UUID[:], limit}
	got := ""
	if len(a.Got) > 0 && !a.Whole {
		var marks string
		marks, args = listed(a.Got, args)
		got = `AND EXISTS (SELECT 1 ` + sentOf(marks) + ` AND d.member = s.member AND (` + wentOut
		if a.Stopped {
			got += ` OR d.state IN ('pending', 'held', 'digested') OR d.state = 'suppressed' AND d.reason = 'cancelled'`
		}
		got += `))`
	}
	// The page is cut before names are read: PostgreSQL, without statistics after a
	// large import, joins all of a partnership for each page of it else.
	return `SELECT ` + memberColumns + ` FROM (SELECT s.member FROM memberships s
			WHERE s.partnership = $1 AND s.left_at = 0 AND s.member > $2 ` + got + ` ORDER BY s.member LIMIT $3) AS page
		JOIN members m ON m.id = page.member ORDER BY page.member`, args
}

// CountMembers counts the people (every role) in some partnerships who have not
// left, up to most of them; who is in two counts twice.
func (s *Store) CountMembers(ctx context.Context, in []broker.PartnershipID, most int) (n int, err error) {
	marks, args := listedPartnerships(in, []any{most})
	err = s.read(ctx, "count the members of some partnerships", func(t *tx) error {
		n, err = one(ctx, t, scanNumber, `SELECT COUNT(*) FROM (SELECT 1 FROM memberships
			WHERE partnership IN (`+marks+`) AND left_at = 0 LIMIT $1) AS counted`, args...)
		return err
	})
	return n, err
}

// Member returns one with all their contacts, or subscribers.ErrNotFound.
func (s *Store) Member(ctx context.Context, id subscribers.MemberID) (found subscribers.Member, err error) {
	err = s.read(ctx, fmt.Sprintf("read member %s", id), func(t *tx) error {
		m, err := one(ctx, t, scanMember, `SELECT `+memberColumns+` FROM members m WHERE m.id = $1`, id.UUID[:])
		if err != nil {
			return err
		}
		filled := []subscribers.Member{m}
		err = fillContacts(ctx, t, filled)
		found = filled[0]
		return err
	})
	return found, err
}

// Contacts returns the contacts of the given members, as each prefers them.
func (s *Store) Contacts(ctx context.Context, ids []subscribers.MemberID) (found map[subscribers.MemberID][]subscribers.Contact, err error) {
	err = s.read(ctx, "read contacts", func(t *tx) error {
		found, err = contactsOf(ctx, t, ids)
		return err
	})
	return found, err
}

// Addresses hands out every active address on a channel.
func (s *Store) Addresses(ctx context.Context, on channels.Name, each func(channels.Address)) error {
	return s.read(ctx, fmt.Sprintf("read the addresses of channel %s", on), func(t *tx) error {
		return t.forEach(ctx, func(r row) error {
			var address string
			err := r.Scan(&address)
			each(channels.NewAddress(address))
			return err
		}, `SELECT address FROM contacts WHERE channel = $1 AND state = 'active'`, string(on))
	})
}

func fillContacts(ctx context.Context, t *tx, members []subscribers.Member) error {
	ids := make([]subscribers.MemberID, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	contacts, err := contactsOf(ctx, t, ids)
	if err != nil {
		return err
	}
	for i, m := range members {
		members[i].Contacts = contacts[m.ID]
	}
	return nil
}

func contactsOf(ctx context.Context, t *tx, ids []subscribers.MemberID) (map[subscribers.MemberID][]subscribers.Contact, error) {
	found := make(map[subscribers.MemberID][]subscribers.Contact, len(ids))
	err := t.forWanted(ctx, memberBytes(ids), func(r row) error {
		var n int
		c, err := scanContact(r, &n)
		found[ids[n]] = append(found[ids[n]], c)
		return err
	}, `SELECT w.n, c.channel, c.address, c.state, c.consent_at, c.consent_how FROM wanted w CROSS JOIN contacts c
		WHERE c.member = w.id ORDER BY w.n, c.rank, c.channel, c.hash`)
	return found, err
}

// Stop takes a member out of a partnership at once: what is queued for them
// is not sent any more (PLP.md, rule 10). What waits, for a digest or held, is
// suppressed here, and the person's other partnerships stand in for it; the rest
// is suppressed when it is claimed. Who has left stays so.
func (s *Store) Stop(ctx context.Context, id subscribers.MemberID, p broker.PartnershipID, at time.Time) error {
	now := millis(at)
	return s.write(ctx, fmt.Sprintf("take member %s out of partnership %s", id, p), func(t *tx) error {
		return stop(ctx, t, id, p, now)
	})
}

func stop(ctx context.Context, t *tx, id subscribers.MemberID, p broker.PartnershipID, now int64) error {
	if _, err := t.ExecContext(ctx, `UPDATE memberships SET left_at = $3
		WHERE partnership = $1 AND member = $2 AND left_at = 0`, string(p), id.UUID[:], now); err != nil {
		return err
	}
	waiting, err := list(ctx, t, scanID, `UPDATE deliveries SET state = 'suppressed', apart = 1, reason = 'left', next_at = 0, final_at = $3
		WHERE member = $1 AND partnership = $2 AND (state = 'held' OR state = 'digested' AND digest IS NULL) RETURNING id`, id.UUID[:], string(p), now)
	if err != nil {
		return err
	}
	return wake(ctx, t, waiting, standsFor, now)
}

func scanContact(r row, n *int) (c subscribers.Contact, err error) {
	var channel, address, state string
	err = r.Scan(n, &channel, &address, &state, asTime{&c.Consent.At}, &c.Consent.How)
	c.Channel, c.Address, c.State = channels.Name(channel), channels.NewAddress(address), subscribers.ContactState(state)
	return c, err
}
