package store

import (
	"context"
	"fmt"

	"relais/broker"
	"relais/subscribers"
)

// Officers returns the people of a zone's police to whom Relais writes, the
// mandated ones first and then by id, with all their contacts.
func (s *Store) Officers(ctx context.Context, zone broker.ZoneID) (found []subscribers.Officer, err error) {
	err = s.read(ctx, fmt.Sprintf("read officers of zone %s", zone), func(t *tx) error {
		found, err = list(ctx, t, scanOfficer, `SELECT `+memberColumns+`, o.zone, o.role
			FROM officers o JOIN members m ON m.id = o.member WHERE o.zone = $1 AND o.left_at = 0
			ORDER BY CASE o.role WHEN 'mandated' THEN 1 ELSE 2 END, m.id`, string(zone))
		if err != nil {
			return err
		}
		ids := make([]subscribers.MemberID, len(found))
		for i, o := range found {
			ids[i] = o.ID
		}
		contacts, err := contactsOf(ctx, t, ids)
		for i := range found {
			found[i].Contacts = contacts[found[i].ID]
		}
		return err
	})
	return found, err
}

func scanOfficer(r row) (o subscribers.Officer, err error) {
	o.Member, err = scanMember(longer{r, []any{(*string)(&o.Zone), (*string)(&o.Role)}})
	return o, err
}
