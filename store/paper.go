package store

import (
	"context"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// EnterPaper writes what was copied from paper: what the paper proves is a
// member's at once, and so is who wants no channel at all; the rest waits as an
// application until it is confirmed. Who is on file under the same name and a
// proven address is that person, and gets no other address this way: who knows a
// name and a number might add one of their own. It returns whether they were. With
// again it takes the place of an earlier copy that nobody has confirmed.
//
// Errors: subscribers.ErrCopiedBefore for an application that waits already,
// ErrMemberBefore for who is a member with nothing new, ErrHasLeft for who has left
// since they signed or said stop, ErrTooMany when most were made within an hour.
func (s *Store) EnterPaper(ctx context.Context, a subscribers.Application, again bool, most int) (onFile bool, err error) {
	err = s.write(ctx, "write what was copied from paper", func(t *tx) error {
		onFile, err = enterPaper(ctx, t, a, again, most)
		return err
	})
	return onFile, err
}

func enterPaper(ctx context.Context, t *tx, a subscribers.Application, again bool, most int) (onFile bool, err error) {
	if err := t.alone(ctx, "import"); err != nil { // as Confirm
		return false, err
	}
	if err := roomForApplication(ctx, t, a, most); err != nil {
		return false, err
	}
	var proven, asked []subscribers.Applied
	for _, c := range a.Contacts {
		if subscribers.PaperProves(c.Channel) {
			proven = append(proven, c)
			continue
		}
		if err := notCopiedYet(ctx, t, a, c, again); err != nil {
			return false, err
		}
		asked = append(asked, c)
	}
	if len(asked) == 0 || len(proven) > 0 {
		if a.Member, onFile, err = admitOnPaper(ctx, t, a, proven); err != nil {
			return false, err
		}
	}
	a.Contacts = asked
	if len(asked) == 0 || onFile { // nothing waits; it is kept for as long as it counts (roomForApplication)
		a.ID, a.Contacts, a.Name, a.Expires = subscribers.NewApplicationID(), nil, "", a.Made.Add(time.Hour)
	}
	return onFile, insertApplication(ctx, t, a)
}

// notCopiedYet refuses the paper that somebody copies a second time, or with again
// takes the first copy away.
func notCopiedYet(ctx context.Context, t *tx, a subscribers.Application, c subscribers.Applied, again bool) error {
	hash := c.Address.Hash(c.Channel)
	earlier, err := list(ctx, t, scanNamed, `SELECT a.id, a.name FROM application_contacts c JOIN applications a ON a.id = c.application
		WHERE a.partnership = $1 AND a.signed <> '' AND a.expires > $2 AND c.channel = $3 AND c.hash = $4 AND c.confirmed = 0`,
		string(a.Partnership), millis(a.Made), string(c.Channel), hash[:])
	if err != nil {
		return err
	}
	first, found := pickNamed(earlier, a.Name)
	switch {
	case !found:
		return nil
	case !again:
		return subscribers.ErrCopiedBefore
	}
	_, err = t.ExecContext(ctx, `DELETE FROM application_contacts WHERE application = $1 AND channel = $2 AND hash = $3`, first.UUID[:], string(c.Channel), hash[:])
	return err
}

// admitOnPaper makes somebody a member whom the paper is proof enough for, with
// what it proves.
func admitOnPaper(ctx context.Context, t *tx, a subscribers.Application, proven []subscribers.Applied) (who subscribers.MemberID, onFile bool, err error) {
	who, onFile, err = onFileByPaper(ctx, t, a, proven)
	if err != nil {
		return who, onFile, err
	}
	if !onFile {
		who = subscribers.NewMemberID()
	}
	if err := enlist(ctx, t, a, who, a.Made); err != nil {
		return who, onFile, err
	}
	for _, c := range proven {
		hash := c.Address.Hash(c.Channel)
		if err := forgetLeaver(ctx, t, a.Partnership, hash); err != nil {
			return who, onFile, err
		}
		if err := addContact(ctx, t, who, subscribers.Contact{Channel: c.Channel, Address: c.Address, Consent: c.Consent}); err != nil {
			return who, onFile, err
		}
	}
	return who, onFile, nil
}

// onFileByPaper finds the person by name and proven address, or, without any, by
// name among the members of the partnership who have none.
func onFileByPaper(ctx context.Context, t *tx, a subscribers.Application, proven []subscribers.Applied) (who subscribers.MemberID, found bool, err error) {
	if len(proven) == 0 {
		who, found, err = namedWithoutAddress(ctx, t, a)
	}
	for _, c := range proven {
		if who, found, err = namesake(ctx, t, a.Name, c.Channel, c.Address.Hash(c.Channel)); err != nil || found {
			break
		}
	}
	if err != nil {
		return who, found, err
	}
	return who, found, mayComeBack(ctx, t, a, who, proven)
}

// mayComeBack says whether somebody may be made a member by a paper: not who is
// one, nor who has left since they signed, nor against a stop.
func mayComeBack(ctx context.Context, t *tx, a subscribers.Application, who subscribers.MemberID, proven []subscribers.Applied) error {
	left, err := list(ctx, t, scanTime, `SELECT left_at FROM memberships WHERE partnership = $1 AND member = $2`, string(a.Partnership), who.UUID[:])
	if err != nil {
		return err
	}
	if len(left) > 0 && left[0].IsZero() {
		return subscribers.ErrMemberBefore
	}
	for _, c := range proven {
		hash := c.Address.Hash(c.Channel)
		forgotten, err := list(ctx, t, scanTime, `SELECT left_at FROM leavers WHERE partnership = $1 AND hash = $2`, string(a.Partnership), hash[:])
		if err != nil {
			return err
		}
		left = append(left, forgotten...)
		stopped, err := one(ctx, t, scanNumber, `SELECT count(*) FROM contacts WHERE member = $1 AND channel = $2 AND hash = $3 AND state = 'stopped'`,
			who.UUID[:], string(c.Channel), hash[:])
		if err != nil {
			return err
		}
		if stopped > 0 {
			return subscribers.ErrHasLeft
		}
	}
	for _, at := range left {
		if !subscribers.DateOf(at).Before(a.Signed) {
			return subscribers.ErrHasLeft
		}
	}
	return nil
}

func namedWithoutAddress(ctx context.Context, t *tx, a subscribers.Application) (subscribers.MemberID, bool, error) {
	people, err := list(ctx, t, scanNamed, `SELECT m.id, m.name FROM memberships s JOIN members m ON m.id = s.member
		WHERE s.partnership = $1 AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.member = m.id) ORDER BY m.id`, string(a.Partnership))
	who, found := pickNamed(people, a.Name)
	return who, found, err
}

// PaperWaiting counts the people of a partnership who were copied from paper and
// have confirmed nothing yet.
func (s *Store) PaperWaiting(ctx context.Context, p broker.PartnershipID, now time.Time) (n int, err error) {
	err = s.read(ctx, "count what was copied from paper", func(t *tx) error {
		n, err = one(ctx, t, scanNumber, `SELECT count(*) FROM applications a WHERE a.partnership = $1 AND a.signed <> '' AND a.expires > $2
			AND EXISTS (SELECT 1 FROM application_contacts c WHERE c.application = a.id AND c.confirmed = 0)`, string(p), millis(now))
		return err
	})
	return n, err
}

// AskedOnPaper returns what was copied from forms for somebody who gave this
// address and has not run out, confirmed or not, the oldest first.
func (s *Store) AskedOnPaper(ctx context.Context, on channels.Name, at channels.Address, now time.Time) (found []subscribers.Application, err error) {
	hash := at.Hash(on)
	err = s.read(ctx, "read what was copied from paper", func(t *tx) error {
		found = nil
		ids, err := list(ctx, t, scanMemberID, `SELECT a.id FROM application_contacts c JOIN applications a ON a.id = c.application
			WHERE c.channel = $1 AND c.hash = $2 AND a.signed <> '' AND a.expires > $3 ORDER BY a.made, a.id`, string(on), hash[:], millis(now))
		if err != nil {
			return err
		}
		for _, id := range ids {
			a, err := readApplication(ctx, t, subscribers.ApplicationID(id), now)
			if err != nil {
				return err
			}
			found = append(found, a)
		}
		return nil
	})
	return found, err
}

// DeclineForm forgets an address that was copied from paper, unless it was confirmed.
func (s *Store) DeclineForm(ctx context.Context, id subscribers.ApplicationID, on channels.Name, hash channels.AddressHash) error {
	return s.write(ctx, "forget an address copied from paper", func(t *tx) error {
		_, err := t.ExecContext(ctx, `DELETE FROM application_contacts WHERE application = $1 AND channel = $2 AND hash = $3 AND confirmed = 0`,
			id.UUID[:], string(on), hash[:])
		return err
	})
}

func scanTime(r row) (at time.Time, err error) {
	err = r.Scan(asTime{&at})
	return at, err
}
