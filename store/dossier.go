package store

import (
	"context"
	"fmt"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// MembersAt returns those who have this address, by id: spouses share one. One
// that asked for no messages is one all the same, for what is sent to it is
// asked for; one that does not exist is none.
func (s *Store) MembersAt(ctx context.Context, on channels.Name, hash channels.AddressHash) (found []subscribers.Member, err error) {
	err = s.read(ctx, "read the members of an address", func(t *tx) error {
		found, err = list(ctx, t, scanMember, `SELECT `+memberColumns+` FROM contacts c JOIN members m ON m.id = c.member
			WHERE c.hash = $1 AND c.channel = $2 AND c.state <> 'closed' ORDER BY m.id`, hash[:], string(on))
		if err != nil {
			return err
		}
		return fillContacts(ctx, t, found)
	})
	return found, err
}

// PreferContact puts one of a member's contacts before the others.
func (s *Store) PreferContact(ctx context.Context, member subscribers.MemberID, on channels.Name, hash channels.AddressHash) error {
	return s.write(ctx, fmt.Sprintf("prefer a contact of member %s", member), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE contacts SET rank = (SELECT MIN(o.rank) - 1 FROM contacts o WHERE o.member = $1)
			WHERE member = $1 AND channel = $2 AND hash = $3`, member.UUID[:], string(on), hash[:])
		return err
	})
}

// Received lists what reached a member in the partnerships where they are or
// were, the newest first. It goes by the partnerships' approvals: the ledger has
// no index of people, for it is written in bulk.
func (s *Store) Received(ctx context.Context, member subscribers.MemberID, since time.Time, limit int) (found []subscribers.Received, err error) {
	err = s.read(ctx, fmt.Sprintf("read what member %s received", member), func(t *tx) error {
		found, err = list(ctx, t, scanGot, `SELECT d.about, d.revision, d.partnership, d.channel, CASE WHEN d.digest IS NULL THEN 0 ELSE 1 END,
				MAX(CASE WHEN d.accepted_at > 0 THEN d.accepted_at WHEN g.accepted_at > 0 THEN g.accepted_at ELSE d.created_at END),
				MAX(CASE WHEN d.state = 'delivered' OR g.state = 'delivered' THEN 1 ELSE 0 END)
			FROM memberships s JOIN approvals a ON a.partnership = s.partnership
			JOIN deliveries d ON d.approval = a.id AND d.member = s.member LEFT JOIN deliveries g ON g.id = d.digest
			WHERE s.member = $1 AND a.asked > $2 AND d.purpose = 'message'
			AND (d.state IN ('accepted', 'delivered') OR d.state = 'digested' AND g.state IN ('accepted', 'delivered'))
			GROUP BY d.about, d.revision, d.partnership, d.channel, d.digest ORDER BY 6 DESC, d.about LIMIT $3`, member.UUID[:], millis(since), limit)
		return err
	})
	return found, err
}

// Dossier returns what is kept about a member besides what was sent to them, or
// subscribers.ErrNotFound.
func (s *Store) Dossier(ctx context.Context, id subscribers.MemberID) (found subscribers.Dossier, err error) {
	err = s.read(ctx, fmt.Sprintf("read the data of member %s", id), func(t *tx) error {
		m, err := one(ctx, t, scanMember, `SELECT `+memberColumns+` FROM members m WHERE m.id = $1`, id.UUID[:])
		if err != nil {
			return err
		}
		filled := []subscribers.Member{m}
		if err := fillContacts(ctx, t, filled); err != nil {
			return err
		}
		found = subscribers.Dossier{Member: filled[0]}
		if found.Memberships, err = list(ctx, t, scanMembership, `SELECT partnership, role, joined, left_at FROM memberships
			WHERE member = $1 ORDER BY joined, partnership`, id.UUID[:]); err != nil {
			return err
		}
		found.Written, err = list(ctx, t, scanWritten, `SELECT partnership, text, at FROM inbox_messages WHERE member = $1 ORDER BY at`, id.UUID[:])
		return err
	})
	return found, err
}

// Erase takes a member out of everything and erases them at once, with what is
// queued for them. The proof of their consent stays for its own time.
func (s *Store) Erase(ctx context.Context, id subscribers.MemberID, at time.Time) error {
	now := millis(at)
	return s.write(ctx, fmt.Sprintf("erase member %s", id), func(t *tx) error {
		in, err := list(ctx, t, scanPartnershipID, `SELECT partnership FROM memberships WHERE member = $1 AND left_at = 0`, id.UUID[:])
		if err != nil {
			return err
		}
		for _, p := range in {
			if err := stop(ctx, t, id, p, now); err != nil {
				return err
			}
		}
		return eraseMembers(ctx, t, []subscribers.MemberID{id})
	})
}

func scanGot(r row) (got subscribers.Received, err error) {
	err = r.Scan(asID{(*[16]byte)(&got.Message.UUID)}, &got.Revision, (*string)(&got.Partnership), (*string)(&got.Channel), asFlag{&got.Digest}, asTime{&got.At}, asFlag{&got.Arrived})
	return got, err
}

func scanMembership(r row) (m subscribers.Membership, err error) {
	err = r.Scan((*string)(&m.Partnership), (*string)(&m.Role), asTime{&m.Joined}, asTime{&m.Left})
	return m, err
}

func scanWritten(r row) (w subscribers.Written, err error) {
	err = r.Scan((*string)(&w.Partnership), &w.Text, asTime{&w.At})
	return w, err
}
