package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Holders returns who has a post that needs an account, at the police of a zone
// and in some of its partnerships: the police first, then by partnership, each by
// role and name.
func (s *Store) Holders(ctx context.Context, zone broker.ZoneID, in []broker.PartnershipID) (found []subscribers.Holder, err error) {
	marks, args := []string{"''"}, []any{string(zone), string(channels.Email)}
	for _, p := range in {
		args = append(args, string(p))
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	err = s.read(ctx, fmt.Sprintf("read the posts of zone %s", zone), func(t *tx) error {
		found, err = list(ctx, t, scanHolder, `SELECT m.id, m.name, m.lang, h.role, h.zone, h.partnership, (SELECT count(*) FROM contacts c WHERE c.member = m.id AND c.channel = $2 AND c.state <> 'closed')
			FROM (SELECT o.member, o.role, o.zone, '' AS partnership FROM officers o WHERE o.zone = $1 AND o.left_at = 0
			UNION ALL SELECT s.member, s.role, p.zone, s.partnership FROM partnerships p JOIN memberships s ON s.partnership = p.id
			WHERE p.zone = $1 AND p.id IN (`+strings.Join(marks, ", ")+`) AND s.left_at = 0 AND s.role <> 'member') h JOIN members m ON m.id = h.member`, args...)
		return err
	})
	// Sorted here, for the collation of a PostgreSQL database may skip hyphens.
	slices.SortFunc(found, compareHolders)
	return found, err
}

func compareHolders(a, b subscribers.Holder) int {
	if c := strings.Compare(string(a.Post.Partnership), string(b.Post.Partnership)); c != 0 {
		return c
	}
	order := subscribers.PostRoles()
	if c := slices.Index(order, a.Post.Role) - slices.Index(order, b.Post.Role); c != 0 {
		return c
	}
	return strings.Compare(a.Name, b.Name)
}

// Appoint gives somebody a post, and puts them on file where they are not: a
// person is matched as an import's rows are. They have one role in a zone, and
// one in each partnership; the new one takes the place of another. Who has left
// the partnership is subscribers.ErrHasLeft.
func (s *Store) Appoint(ctx context.Context, post subscribers.Post, who subscribers.Member, consent subscribers.Consent) (subscribers.Account, error) {
	var result ImportResult
	var err error
	if post.Partnership == "" {
		result, err = s.ImportOfficers(ctx, post.Zone, []OfficerRow{{Member: who, Role: subscribers.OfficerRole(post.Role)}}, consent)
	} else {
		result, err = s.ImportMembers(ctx, post.Partnership, []MemberRow{{Member: who, Role: subscribers.Role(post.Role)}}, consent)
	}
	if err == nil && result.Left > 0 {
		err = subscribers.ErrHasLeft
	}
	if err != nil {
		return subscribers.Account{}, err
	}
	for _, c := range who.Contacts {
		people, err := s.AccountsAt(ctx, c.Address)
		if err != nil {
			return subscribers.Account{}, err
		}
		for _, account := range people {
			if slices.Contains(account.Posts, post) && foldName(account.Name) == foldName(who.Name) {
				return account, nil
			}
		}
	}
	return subscribers.Account{}, subscribers.ErrNotFound
}

// EndPost takes a post from somebody: an officer goes off duty, and who had one in
// a partnership stays its member. It returns subscribers.ErrNotFound for who does
// not have it.
func (s *Store) EndPost(ctx context.Context, id subscribers.MemberID, post subscribers.Post, at time.Time) error {
	if post.Partnership == "" {
		return s.RetireOfficer(ctx, post.Zone, id, at)
	}
	return s.write(ctx, fmt.Sprintf("end a post of %s", id), func(t *tx) error {
		done, err := t.ExecContext(ctx, `UPDATE memberships SET role = 'member' WHERE partnership = $1 AND member = $2 AND role = $3 AND left_at = 0`,
			string(post.Partnership), id.UUID[:], string(post.Role))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err)
		}
		return nil
	})
}

func scanHolder(r row) (h subscribers.Holder, err error) {
	var addresses int
	err = r.Scan(asID{(*[16]byte)(&h.ID.UUID)}, &h.Name, (*string)(&h.Lang), (*string)(&h.Post.Role), (*string)(&h.Post.Zone), (*string)(&h.Post.Partnership), &addresses)
	h.Mail = addresses > 0
	return h, err
}
