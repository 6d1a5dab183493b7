package store

import (
	"context"
	"fmt"

	"relais/channels"
	"relais/subscribers"
)

// Account returns a person with the posts that they have now, or
// subscribers.ErrNotFound. Who has left all of them has none.
func (s *Store) Account(ctx context.Context, id subscribers.MemberID) (found subscribers.Account, err error) {
	err = s.read(ctx, fmt.Sprintf("read account %s", id), func(t *tx) error {
		found, err = one(ctx, t, scanAccount, `SELECT m.id, m.name, m.lang FROM members m WHERE m.id = $1`, id.UUID[:])
		if err != nil {
			return err
		}
		found.Posts, err = postsOf(ctx, t, id)
		return err
	})
	return found, err
}

// AccountsAt returns those who sign in and have this email address, by id:
// spouses share one. An address that asked for no messages is one all the same,
// for what is sent to it is asked for; one that does not exist is none.
func (s *Store) AccountsAt(ctx context.Context, email channels.Address) (found []subscribers.Account, err error) {
	hash := email.Hash(channels.Email)
	err = s.read(ctx, "read the accounts of an address", func(t *tx) error {
		people, err := list(ctx, t, scanAccount, `SELECT DISTINCT m.id, m.name, m.lang FROM contacts c JOIN members m ON m.id = c.member
			WHERE c.channel = $1 AND c.hash = $2 AND c.state <> 'closed' ORDER BY m.id`, string(channels.Email), hash[:])
		if err != nil {
			return err
		}
		found = nil
		for _, a := range people {
			if a.Posts, err = postsOf(ctx, t, a.ID); err != nil {
				return err
			}
			if a.SignsIn() {
				found = append(found, a)
			}
		}
		return nil
	})
	return found, err
}

// HasAdmin says whether an administrator of any zone can sign in with a code.
func (s *Store) HasAdmin(ctx context.Context) (there bool, err error) {
	err = s.read(ctx, "look for an administrator", func(t *tx) error {
		n, err := one(ctx, t, scanNumber, `SELECT count(*) FROM officers o JOIN contacts c ON c.member = o.member
			WHERE o.role = $1 AND o.left_at = 0 AND c.channel = $2 AND c.state <> 'closed'`, string(subscribers.RoleAdmin), string(channels.Email))
		there = n > 0
		return err
	})
	return there, err
}

// postsOf lists what somebody is now, the posts of the police first.
func postsOf(ctx context.Context, t *tx, id subscribers.MemberID) ([]subscribers.Post, error) {
	return list(ctx, t, scanPost, `SELECT o.role, o.zone, '' AS partnership FROM officers o WHERE o.member = $1 AND o.left_at = 0
		UNION ALL SELECT s.role, p.zone, s.partnership FROM memberships s JOIN partnerships p ON p.id = s.partnership
		WHERE s.member = $1 AND s.left_at = 0 ORDER BY 3, 2`, id.UUID[:])
}

func scanAccount(r row) (a subscribers.Account, err error) {
	err = r.Scan(asID{(*[16]byte)(&a.ID.UUID)}, &a.Name, (*string)(&a.Lang))
	return a, err
}

func scanPost(r row) (p subscribers.Post, err error) {
	err = r.Scan((*string)(&p.Role), (*string)(&p.Zone), (*string)(&p.Partnership))
	return p, err
}
