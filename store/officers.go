package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Officers returns the people of a zone's police to whom Relais writes, the
// mandated ones first and then by id, with all their contacts.
func (s *Store) Officers(ctx context.Context, zone broker.ZoneID) (found []subscribers.Officer, err error) {
	err = s.read(ctx, fmt.Sprintf("read officers of zone %s", zone), func(t *tx) error {
		found, err = list(ctx, t, scanOfficer, `SELECT `+memberColumns+`, o.zone, o.role
			FROM officers o JOIN members m ON m.id = o.member WHERE o.zone = $1 AND o.left_at = 0
			ORDER BY CASE o.role WHEN 'mandated' THEN 1 WHEN 'officer' THEN 2 ELSE 3 END, m.id`, string(zone))
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

// OfficerRow is one line of an import of officers. The Member's ID is left zero,
// as in MemberRow.
type OfficerRow struct {
	Member subscribers.Member
	Role   subscribers.OfficerRole
}

// ImportOfficers writes people of a zone's police, all rows or none. A row is
// matched as ImportMembers does, over members and officers alike, so an officer
// who is also a member somewhere is one person. Nobody is taken out, and who had
// left comes back: the list says who is on duty.
func (s *Store) ImportOfficers(ctx context.Context, zone broker.ZoneID, rows []OfficerRow, consent subscribers.Consent) (result ImportResult, err error) {
	people := make([]MemberRow, len(rows))
	for i, row := range rows {
		people[i] = MemberRow{Member: row.Member, Role: subscribers.Role(row.Role)}
	}
	err = s.write(ctx, fmt.Sprintf("import officers of zone %s", zone), func(t *tx) error {
		if err := t.alone(ctx, "import"); err != nil {
			return err
		}
		known, err := readRegister(ctx, t, inZone(zone), people)
		if err != nil {
			return err
		}
		known.returns = true
		result, err = known.takeAll(ctx, t, inZone(zone), people, consent)
		return err
	})
	if err != nil {
		return ImportResult{}, err
	}
	return result, nil
}

// RetireOfficer takes an officer off duty: nothing more is written to them, nor
// what is queued already, unless they are a member or an officer elsewhere. It
// returns subscribers.ErrNotFound for who is not on duty in this zone.
func (s *Store) RetireOfficer(ctx context.Context, zone broker.ZoneID, id subscribers.MemberID, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("take officer %s off duty", id), func(t *tx) error {
		done, err := t.ExecContext(ctx, `UPDATE officers SET left_at = $3 WHERE zone = $1 AND member = $2 AND left_at = 0`,
			string(zone), id.UUID[:], millis(at))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err)
		}
		_, err = t.ExecContext(ctx, `UPDATE deliveries SET state = 'suppressed', apart = 1, reason = 'left', next_at = 0, final_at = $2
			WHERE member = $1 AND purpose = 'service' AND state IN ('pending', 'held')
			AND NOT EXISTS (SELECT 1 FROM officers o WHERE o.member = $1 AND o.left_at = 0)
			AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.member = $1 AND m.left_at = 0)`, id.UUID[:], millis(at))
		return err
	})
}

// orNotFound is for an update that changed nothing.
func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return subscribers.ErrNotFound
}

func scanOfficer(r row) (o subscribers.Officer, err error) {
	o.Member, err = scanMember(longer{r, []any{(*string)(&o.Zone), (*string)(&o.Role)}})
	return o, err
}
