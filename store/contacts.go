package store

import (
	"context"
	"fmt"

	"relais/channels"
	"relais/subscribers"
)

// AddContact adds a contact behind those that a member has, or makes it active
// again with its new consent. A member who has most active ones on its channel
// gets subscribers.ErrTooMany, unless it is one of these.
func (s *Store) AddContact(ctx context.Context, member subscribers.MemberID, c subscribers.Contact, most int) error {
	hash := c.Address.Hash(c.Channel)
	return s.write(ctx, fmt.Sprintf("add a contact to member %s", member), func(t *tx) error {
		if err := t.alone(ctx, "contacts"); err != nil {
			return err
		}
		others, err := one(ctx, t, scanNumber, `SELECT COUNT(*) FROM contacts
			WHERE member = $1 AND channel = $2 AND state = 'active' AND hash <> $3`, member.UUID[:], string(c.Channel), hash[:])
		if err != nil {
			return err
		}
		if others >= most {
			return subscribers.ErrTooMany
		}
		return addContact(ctx, t, member, c)
	})
}

func addContact(ctx context.Context, t *tx, member subscribers.MemberID, c subscribers.Contact) error {
	hash := c.Address.Hash(c.Channel)
	_, err := t.ExecContext(ctx, `INSERT INTO contacts (member, channel, hash, address, rank, state, consent_at, consent_how)
		SELECT m.id, $2, $3, $4, (SELECT COALESCE(MAX(rank) + 1, 0) FROM contacts WHERE member = $1), 'active', $5, $6
		FROM members m WHERE m.id = $1
		ON CONFLICT (member, channel, hash) DO UPDATE
		SET state = 'active', consent_at = excluded.consent_at, consent_how = excluded.consent_how`,
		member.UUID[:], string(c.Channel), hash[:], c.Address.Reveal(), millis(c.Consent.At), c.Consent.How)
	return err
}

// StopContact stops a contact by its member's will. It stays known, so that an
// import does not bring it back.
func (s *Store) StopContact(ctx context.Context, member subscribers.MemberID, on channels.Name, to channels.Address) error {
	hash := to.Hash(on)
	return s.write(ctx, fmt.Sprintf("stop a contact of member %s", member), func(t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE contacts SET state = 'stopped' WHERE member = $1 AND channel = $2 AND hash = $3`,
			member.UUID[:], string(on), hash[:])
		return err
	})
}
