package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// AddApplication writes one, unless most were made for its partnership in the
// hour before: subscribers.ErrTooMany.
func (s *Store) AddApplication(ctx context.Context, a subscribers.Application, most int) error {
	return s.write(ctx, "write application", func(t *tx) error {
		if err := t.alone(ctx, "applications"); err != nil { // many ask at once
			return err
		}
		if err := roomForApplication(ctx, t, a, most); err != nil {
			return err
		}
		return insertApplication(ctx, t, a)
	})
}

func roomForApplication(ctx context.Context, t *tx, a subscribers.Application, most int) error {
	n, err := one(ctx, t, scanNumber, `SELECT count(*) FROM applications WHERE partnership = $1 AND made > $2`,
		string(a.Partnership), millis(a.Made.Add(-time.Hour)))
	if err == nil && n >= most {
		return subscribers.ErrTooMany
	}
	return err
}

func insertApplication(ctx context.Context, t *tx, a subscribers.Application) error {
	from, to := quietText(a.Quiet)
	_, err := t.ExecContext(ctx, `INSERT INTO applications (id, partnership, member, name, lang, quiet_from, quiet_to, made, expires, signed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, a.ID.UUID[:], string(a.Partnership), idOrNull(a.Member.UUID), cleanName(a.Name),
		string(a.Lang), from, to, millis(a.Made), millis(a.Expires), dayText(a.Signed))
	if err != nil {
		return err
	}
	_, err = t.each(ctx, `INSERT INTO application_contacts (application, channel, hash, address, rank, consent_at, consent_how, confirmed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`, len(a.Contacts), func(i int) []any {
		c := a.Contacts[i]
		hash := c.Address.Hash(c.Channel)
		return []any{a.ID.UUID[:], string(c.Channel), hash[:], c.Address.Reveal(), i, millis(c.Consent.At), c.Consent.How}
	})
	return err
}

// quietText is how quiet hours stand in columns; none are empty.
func quietText(q *subscribers.QuietHours) (from, to string) {
	if q == nil {
		return "", ""
	}
	return q.From.String(), q.To.String()
}

// Application returns one that has not expired, or subscribers.ErrNotFound.
func (s *Store) Application(ctx context.Context, id subscribers.ApplicationID, now time.Time) (found subscribers.Application, err error) {
	err = s.read(ctx, fmt.Sprintf("read application %s", id), func(t *tx) error {
		found, err = readApplication(ctx, t, id, now)
		return err
	})
	return found, err
}

func readApplication(ctx context.Context, t *tx, id subscribers.ApplicationID, now time.Time) (subscribers.Application, error) {
	a, err := one(ctx, t, scanApplication, `SELECT id, partnership, member, name, lang, quiet_from, quiet_to, made, expires, signed FROM applications
		WHERE id = $1 AND expires > $2`, id.UUID[:], millis(now))
	if err != nil {
		return a, err
	}
	a.Contacts, err = list(ctx, t, scanApplied, `SELECT channel, address, consent_at, consent_how, confirmed FROM application_contacts
		WHERE application = $1 ORDER BY rank`, id.UUID[:])
	return a, err
}

// Confirm makes an address of an application a member's contact, for its owner
// has shown that it is theirs. With the first one the applicant becomes a member;
// if that is somebody on file, the other addresses are dropped: who knows a name
// and an address might add a third of their own.
// One that was confirmed before is left as it is. It returns who it is, or
// subscribers.ErrNotFound for what has expired.
func (s *Store) Confirm(ctx context.Context, id subscribers.ApplicationID, on channels.Name, hash channels.AddressHash, now time.Time) (who subscribers.MemberID, err error) {
	err = s.write(ctx, fmt.Sprintf("confirm an address of application %s", id), func(t *tx) error {
		if err := t.alone(ctx, "import"); err != nil { // it looks for a person before it makes one, as imports do
			return err
		}
		a, err := readApplication(ctx, t, id, now)
		if err != nil {
			return err
		}
		c, found := a.Contact(on, hash)
		if !found {
			return subscribers.ErrNotFound
		}
		if who = a.Member; !c.Confirmed.IsZero() {
			return nil
		}
		if who == (subscribers.MemberID{}) {
			if who, err = admit(ctx, t, a, c, now); err != nil {
				return err
			}
		}
		if err := addContact(ctx, t, who, subscribers.Contact{Channel: on, Address: c.Address, Consent: c.Consent}); err != nil {
			return err
		}
		return markConfirmed(ctx, t, a.ID, on, hash, who, now)
	})
	return who, err
}

// admit makes an applicant a member. Whoever is on file under the same name and
// this address, which they have shown to be theirs, is that person, and comes
// back if they had left.
func admit(ctx context.Context, t *tx, a subscribers.Application, c subscribers.Applied, now time.Time) (subscribers.MemberID, error) {
	hash := c.Address.Hash(c.Channel)
	who, onFile, err := namesake(ctx, t, a.Name, c.Channel, hash)
	if err != nil {
		return who, err
	}
	if onFile {
		if _, err := t.ExecContext(ctx, `DELETE FROM application_contacts WHERE application = $1 AND NOT (channel = $2 AND hash = $3)`,
			a.ID.UUID[:], string(c.Channel), hash[:]); err != nil {
			return who, err
		}
	} else {
		who = subscribers.NewMemberID()
	}
	if err := enlist(ctx, t, a, who, now); err != nil {
		return who, err
	}
	return who, forgetLeaver(ctx, t, a.Partnership, hash)
}

// namesake finds who is on file under a name and an address.
func namesake(ctx context.Context, t *tx, name string, on channels.Name, hash channels.AddressHash) (subscribers.MemberID, bool, error) {
	people, err := list(ctx, t, scanNamed, `SELECT m.id, m.name FROM contacts c JOIN members m ON m.id = c.member
		WHERE c.hash = $1 AND c.channel = $2 ORDER BY m.id`, hash[:], string(on))
	who, found := pickNamed(people, name)
	return who, found, err
}

func pickNamed(people []named, name string) (subscribers.MemberID, bool) {
	at := slices.IndexFunc(people, func(m named) bool { return foldName(m.Name) == foldName(name) })
	if at < 0 {
		return subscribers.MemberID{}, false
	}
	return people[at].ID, true
}

// enlist makes somebody a member of the partnership, as they asked for; who has
// left it comes back, and not to a post.
func enlist(ctx context.Context, t *tx, a subscribers.Application, who subscribers.MemberID, now time.Time) error {
	from, to := quietText(a.Quiet)
	_, err := t.ExecContext(ctx, `INSERT INTO members (id, name, lang, quiet_from, quiet_to) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET lang = excluded.lang,
			quiet_from = CASE WHEN excluded.quiet_from = '' THEN members.quiet_from ELSE excluded.quiet_from END,
			quiet_to = CASE WHEN excluded.quiet_from = '' THEN members.quiet_to ELSE excluded.quiet_to END`,
		who.UUID[:], cleanName(a.Name), string(a.Lang), from, to)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO memberships (partnership, member, role, joined, left_at) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (partnership, member) DO UPDATE SET left_at = 0,
			role = CASE WHEN memberships.left_at > 0 THEN excluded.role ELSE memberships.role END,
			joined = CASE WHEN memberships.left_at > 0 THEN excluded.joined ELSE memberships.joined END`,
		string(a.Partnership), who.UUID[:], string(subscribers.RoleMember), millis(now))
	return err
}

func forgetLeaver(ctx context.Context, t *tx, p broker.PartnershipID, hash channels.AddressHash) error {
	_, err := t.ExecContext(ctx, `DELETE FROM leavers WHERE partnership = $1 AND hash = $2`, string(p), hash[:])
	return err
}

func markConfirmed(ctx context.Context, t *tx, id subscribers.ApplicationID, on channels.Name, hash channels.AddressHash, who subscribers.MemberID, now time.Time) error {
	_, err := t.ExecContext(ctx, `UPDATE application_contacts SET confirmed = $4 WHERE application = $1 AND channel = $2 AND hash = $3`,
		id.UUID[:], string(on), hash[:], millis(now))
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `UPDATE applications SET member = $2 WHERE id = $1`, id.UUID[:], who.UUID[:])
	return err
}

// DropApplications removes at most limit that expired before a time, confirmed
// or not.
func (s *Store) DropApplications(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.write(ctx, "remove old applications", func(t *tx) error {
		gone, err := list(ctx, t, scanMemberID, `SELECT id FROM applications WHERE expires < $1 ORDER BY expires LIMIT $2`, millis(before), limit)
		if err != nil {
			return err
		}
		n = len(gone)
		for _, step := range []string{`DELETE FROM application_contacts WHERE application = $1`, `DELETE FROM applications WHERE id = $1`} {
			if _, err := t.each(ctx, step, len(gone), func(i int) []any { return []any{gone[i].UUID[:]} }); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func scanApplication(r row) (a subscribers.Application, err error) {
	var from, to, signed string
	err = r.Scan(asID{(*[16]byte)(&a.ID.UUID)}, (*string)(&a.Partnership), asID{(*[16]byte)(&a.Member.UUID)}, &a.Name, (*string)(&a.Lang),
		&from, &to, asTime{&a.Made}, asTime{&a.Expires}, &signed)
	if err == nil && signed != "" {
		err = a.Signed.UnmarshalText([]byte(signed))
	}
	if err != nil || from == "" {
		return a, err
	}
	var q subscribers.QuietHours
	a.Quiet = &q
	return a, errors.Join(q.From.UnmarshalText([]byte(from)), q.To.UnmarshalText([]byte(to)))
}

func scanApplied(r row) (c subscribers.Applied, err error) {
	var address string
	err = r.Scan((*string)(&c.Channel), &address, asTime{&c.Consent.At}, &c.Consent.How, asTime{&c.Confirmed})
	c.Address = channels.NewAddress(address)
	return c, err
}

// named is a person and their name.
type named struct {
	ID   subscribers.MemberID
	Name string
}

func scanNamed(r row) (m named, err error) {
	err = r.Scan(asID{(*[16]byte)(&m.ID.UUID)}, &m.Name)
	return m, err
}
