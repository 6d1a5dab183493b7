package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"relais/broker"
	"relais/subscribers"
)

// Partnerships returns those of a zone, or of every zone when it is empty, by
// id; none for an unknown zone.
func (s *Store) Partnerships(ctx context.Context, zone broker.ZoneID) (found []subscribers.Partnership, err error) {
	err = s.read(ctx, "read partnerships", func(t *tx) error {
		found, err = list(ctx, t, t.scanPartnership, `SELECT body, plan_version FROM partnerships WHERE $1 = '' OR zone = $1`, string(zone))
		return err
	})
	// Sorted here, for the collation of a PostgreSQL database may skip hyphens.
	slices.SortFunc(found, func(a, b subscribers.Partnership) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return found, err
}

// PartnershipsByID returns these, in no order; of an unknown one none.
func (s *Store) PartnershipsByID(ctx context.Context, ids []broker.PartnershipID) (found []subscribers.Partnership, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := listedPartnerships(ids, nil)
	err = s.read(ctx, fmt.Sprintf("read %d partnerships", len(ids)), func(t *tx) error {
		found, err = list(ctx, t, t.scanPartnership, `SELECT body, plan_version FROM partnerships WHERE id IN (`+marks+`)`, args...)
		return err
	})
	return found, err
}

// Zones returns those that have a partnership, by id.
func (s *Store) Zones(ctx context.Context) (found []broker.ZoneID, err error) {
	err = s.read(ctx, "read zones", func(t *tx) error {
		found, err = list(ctx, t, func(r row) (zone broker.ZoneID, err error) {
			err = r.Scan((*string)(&zone))
			return zone, err
		}, `SELECT DISTINCT zone FROM partnerships`)
		return err
	})
	slices.Sort(found) // here, for the same reason
	return found, err
}

// Partnership returns one, or subscribers.ErrNotFound.
func (s *Store) Partnership(ctx context.Context, id broker.PartnershipID) (found subscribers.Partnership, err error) {
	err = s.read(ctx, fmt.Sprintf("read partnership %s", id), func(t *tx) error {
		found, err = one(ctx, t, t.scanPartnership, `SELECT body, plan_version FROM partnerships WHERE id = $1`, string(id))
		return err
	})
	return found, err
}

// Plan returns one version of a partnership's plan, or subscribers.ErrNotFound.
func (s *Store) Plan(ctx context.Context, id broker.PartnershipID, version int) (found subscribers.Plan, err error) {
	err = s.read(ctx, fmt.Sprintf("read plan %d of partnership %s", version, id), func(t *tx) error {
		found, err = one(ctx, t, t.scanPlan, `SELECT body FROM plans WHERE partnership = $1 AND version = $2`, string(id), version)
		return err
	})
	return found, err
}

// Approvers returns coordinators, deputies and committee who have not left, in
// this order and then by id, with all their contacts.
func (s *Store) Approvers(ctx context.Context, id broker.PartnershipID) (found []subscribers.Approver, err error) {
	err = s.read(ctx, fmt.Sprintf("read approvers of partnership %s", id), func(t *tx) error {
		found, err = approvers(ctx, t, id)
		return err
	})
	return found, err
}

func approvers(ctx context.Context, t *tx, id broker.PartnershipID) ([]subscribers.Approver, error) {
	found, err := list(ctx, t, scanApprover, `SELECT `+memberColumns+`, s.role
		FROM memberships s JOIN members m ON m.id = s.member
		WHERE s.partnership = $1 AND s.left_at = 0 AND s.role <> 'member' AND s.role IN ('coordinator', 'deputy', 'committee')
		ORDER BY CASE s.role WHEN 'coordinator' THEN 1 WHEN 'deputy' THEN 2 ELSE 3 END, m.id`, string(id))
	if err != nil {
		return nil, err
	}
	ids := make([]subscribers.MemberID, len(found))
	for i, a := range found {
		ids[i] = a.ID
	}
	contacts, err := contactsOf(ctx, t, ids)
	if err != nil {
		return nil, err
	}
	for i, a := range found {
		found[i].Contacts = contacts[a.ID]
	}
	return found, fillAbsences(ctx, t, id, found)
}

func (t *tx) scanPartnership(r row) (p subscribers.Partnership, err error) {
	var body string
	var version int
	if err := r.Scan(&body, &version); err != nil {
		return p, err
	}
	p, err = t.understood.partnerships.of(body)
	p.PlanVersion = version
	return p, err
}

func (t *tx) scanPlan(r row) (p subscribers.Plan, err error) {
	var body string
	if err := r.Scan(&body); err != nil {
		return p, err
	}
	return t.understood.plans.of(body)
}

func scanApprover(r row) (a subscribers.Approver, err error) {
	a.Member, err = scanMember(longer{r, []any{(*string)(&a.Role)}})
	return a, err
}
