package store

import (
	"context"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// place is what people are imported into: a partnership, or a zone's police.
type place struct {
	table, column, id string
	again             string           // what a row changes besides the role for who is there already
	post              subscribers.Post // its place, without a role
}

func inPartnership(p subscribers.Partnership) place {
	return place{"memberships", "partnership", string(p.ID), "", subscribers.Post{Zone: p.Zone, Partnership: p.ID}}
}

func inZone(id broker.ZoneID) place {
	return place{"officers", "zone", string(id), ", left_at = 0", subscribers.Post{Zone: id}}
}

// readRegister reads the people whom rows may mean: all who have one of their
// addresses, and those of this place without any.
func readRegister(ctx context.Context, t *tx, p place, rows []MemberRow) (*register, error) {
	people, err := readPeople(ctx, t, p, rows)
	if err != nil {
		return nil, err
	}
	known := &register{byAddress: make(map[addressKey][]*person), byName: make(map[string][]*person)}
	var ids []subscribers.MemberID
	for _, who := range people {
		ids = append(ids, who.ID)
	}
	contacts, err := contactsOf(ctx, t, ids)
	if err != nil {
		return nil, err
	}
	for _, who := range people {
		who.Contacts = contacts[who.ID]
		known.add(who)
	}
	return known, nil
}

func readPeople(ctx context.Context, t *tx, p place, rows []MemberRow) ([]*person, error) {
	people, err := list(ctx, t, scanPersonRow, `SELECT m.id, m.name, m.lang, s.role, CASE WHEN s.left_at > 0 THEN 1 ELSE 0 END
		FROM `+p.table+` s JOIN members m ON m.id = s.member
		WHERE s.`+p.column+` = $1 AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.member = m.id) ORDER BY m.id`, p.id)
	if err != nil {
		return nil, err
	}
	seen := make(map[subscribers.MemberID]bool)
	err = t.forWanted(ctx, hashesOf(rows), func(r row) error {
		who, err := scanPersonRow(r)
		if err == nil && !seen[who.ID] {
			seen[who.ID] = true
			people = append(people, who)
		}
		return err
	}, `SELECT m.id, m.name, m.lang, COALESCE(s.role, ''), CASE WHEN s.left_at > 0 THEN 1 ELSE 0 END
		FROM wanted w CROSS JOIN contacts c JOIN members m ON m.id = c.member
		LEFT JOIN `+p.table+` s ON s.member = m.id AND s.`+p.column+` = $2
		WHERE c.hash = w.id ORDER BY w.n, m.id`, p.id)
	return people, err
}

// hashesOf returns those of all addresses of rows; each holds its channel too.
func hashesOf(rows []MemberRow) (hashes [][]byte) {
	for _, row := range rows {
		for _, c := range row.Member.Contacts {
			key := keyOf(c)
			hashes = append(hashes, key.hash[:])
		}
	}
	return hashes
}

// readLeavers finds which of the rows' addresses belong to people who left the
// partnership and have been erased.
func readLeavers(ctx context.Context, t *tx, p broker.PartnershipID, rows []MemberRow) (map[channels.AddressHash]bool, error) {
	found := make(map[channels.AddressHash]bool)
	err := t.forWanted(ctx, hashesOf(rows), func(r row) error {
		var hash channels.AddressHash
		err := r.Scan(asID{(*[16]byte)(&hash)})
		found[hash] = true
		return err
	}, `SELECT l.hash FROM wanted w CROSS JOIN leavers l WHERE l.partnership = $2 AND l.hash = w.id`, string(p))
	return found, err
}

// write brings the changed people into the tables.
func (g *register) write(ctx context.Context, t *tx, p place, now time.Time) error {
	people := g.changed
	_, err := t.each(ctx, `INSERT INTO members (id, name, lang) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, lang = excluded.lang`, len(people),
		func(i int) []any { return []any{people[i].ID.UUID[:], people[i].Name, string(people[i].Lang)} })
	if err != nil {
		return err
	}
	_, err = t.each(ctx, `INSERT INTO `+p.table+` (`+p.column+`, member, role, joined, left_at) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (`+p.column+`, member) DO UPDATE SET role = excluded.role`+p.again, len(people),
		func(i int) []any {
			return []any{p.id, people[i].ID.UUID[:], string(people[i].role), millis(now)}
		})
	if err != nil {
		return err
	}
	if err := noteImported(ctx, t, p, people, now); err != nil {
		return err
	}
	return writeContacts(ctx, t, people)
}

// ranked is one contact of one person.
type ranked struct {
	subscribers.Contact
	of   subscribers.MemberID
	rank int
}

// writeContacts leaves the state of what exists alone: a provider may close it
// at this very moment.
func writeContacts(ctx context.Context, t *tx, people []*person) error {
	var kept, gone []ranked
	for _, who := range people {
		for rank, c := range who.Contacts {
			kept = append(kept, ranked{c, who.ID, rank})
		}
		for _, c := range who.gone {
			gone = append(gone, ranked{Contact: c, of: who.ID})
		}
	}
	_, err := t.each(ctx, `DELETE FROM contacts WHERE member = $1 AND channel = $2 AND hash = $3 AND state = 'active'`, len(gone),
		func(i int) []any {
			key := keyOf(gone[i].Contact)
			return []any{gone[i].of.UUID[:], string(key.channel), key.hash[:]}
		})
	if err != nil {
		return err
	}
	_, err = t.each(ctx, `INSERT INTO contacts (member, channel, hash, address, rank, state, consent_at, consent_how)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (member, channel, hash) DO UPDATE SET rank = excluded.rank`, len(kept),
		func(i int) []any {
			c, key := kept[i], keyOf(kept[i].Contact)
			return []any{
				c.of.UUID[:], string(c.Channel), key.hash[:], c.Address.Reveal(), c.rank,
				string(c.State), millis(c.Consent.At), c.Consent.How,
			}
		})
	return err
}

func scanPersonRow(r row) (*person, error) {
	who := new(person)
	err := r.Scan(asID{(*[16]byte)(&who.ID.UUID)}, &who.Name, (*string)(&who.Lang), (*string)(&who.role), asFlag{&who.left})
	return who, err
}
