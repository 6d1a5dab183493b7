package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

const approvalColumns = `id, message, revision, partnership, plan_version, rule, state, version, step, deadline, asked,
	decided_to, decided_by, decided_at, decided_how, decided_why, decided_note, decided_until, planned`

// OverdueApprovals returns open ones whose deadline has passed, the oldest first.
func (s *Store) OverdueApprovals(ctx context.Context, now time.Time, limit int) (found []subscribers.Approval, err error) {
	err = s.read(ctx, "read overdue approvals", func(t *tx) error {
		found, err = list(ctx, t, t.scanApproval, `SELECT `+approvalColumns+` FROM approvals
			WHERE state IN ('pending', 'held', 'questioned') AND deadline > 0 AND deadline <= $1
			ORDER BY deadline, id LIMIT $2`, millis(now), limit)
		return err
	})
	return found, err
}

// UnplannedApprovals returns granted ones that were decided before the given
// time and are not marked planned, the oldest first.
func (s *Store) UnplannedApprovals(ctx context.Context, decidedBefore time.Time, limit int) (found []subscribers.Approval, err error) {
	err = s.read(ctx, "read unplanned approvals", func(t *tx) error {
		found, err = list(ctx, t, t.scanApproval, `SELECT `+approvalColumns+` FROM approvals
			WHERE planned = 0 AND state IN ('approved', 'overruled') AND decided_at < $1
			ORDER BY decided_at, id LIMIT $2`, millis(decidedBefore), limit)
		return err
	})
	return found, err
}

// OpenApprovals returns those that wait for an answer, in one zone or, with an
// empty one, in all, the longest asked first.
func (s *Store) OpenApprovals(ctx context.Context, zone broker.ZoneID) (found []subscribers.Approval, err error) {
	err = s.read(ctx, "read open approvals", func(t *tx) error {
		found, err = list(ctx, t, t.scanApproval, `SELECT `+approvalColumns+` FROM approvals
			WHERE state IN ('pending', 'held', 'questioned')
			AND ($1 = '' OR partnership IN (SELECT p.id FROM partnerships p WHERE p.zone = $1))
			ORDER BY asked, id`, string(zone))
		return err
	})
	return found, err
}

// AlsoWaiting counts the other approvals of a message's revision that nobody has
// answered and that have the same Deadline.
func (s *Store) AlsoWaiting(ctx context.Context, a subscribers.Approval) (n int, err error) {
	err = s.read(ctx, fmt.Sprintf("count the open approvals of message %s", a.Message), func(t *tx) error {
		n, err = one(ctx, t, scanNumber, `SELECT COUNT(*) FROM approvals
			WHERE message = $1 AND revision = $2 AND state = 'pending' AND deadline = $3 AND id <> $4`,
			a.Message.UUID[:], a.Revision, millis(a.Deadline), a.ID.UUID[:])
		return err
	})
	return n, err
}

func addApprovals(ctx context.Context, t *tx, approvals []subscribers.Approval) error {
	rules := make([]string, len(approvals))
	for i, a := range approvals {
		rule, err := toYAML(a.Rule)
		if err != nil {
			return err
		}
		rules[i] = rule
	}
	_, err := t.each(ctx, `INSERT INTO approvals (`+approvalColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT DO NOTHING`, len(approvals), func(i int) []any {
		a, d := approvals[i], approvals[i].Decision
		return []any{
			a.ID.UUID[:], a.Message.UUID[:], a.Revision, string(a.Partnership), a.PlanVersion, rules[i],
			string(a.State), a.Version, a.Step, millis(a.Deadline), millis(a.Asked),
			string(d.To), d.By, millis(d.At), string(d.How), d.Why, d.Note, millis(d.Until), millis(a.Planned),
		}
	})
	if err != nil {
		return err
	}
	return addMoves(ctx, t, approvals)
}

func (t *tx) scanApproval(r row) (a subscribers.Approval, err error) {
	var partnership, rule, state, to, how string
	d := &a.Decision
	err = r.Scan(asID{(*[16]byte)(&a.ID.UUID)}, asID{(*[16]byte)(&a.Message.UUID)}, &a.Revision, &partnership, &a.PlanVersion, &rule,
		&state, &a.Version, &a.Step, asTime{&a.Deadline}, asTime{&a.Asked},
		&to, &d.By, asTime{&d.At}, &how, &d.Why, &d.Note, asTime{&d.Until}, asTime{&a.Planned})
	if err != nil {
		return a, err
	}
	a.Partnership, a.State = broker.PartnershipID(partnership), subscribers.ApprovalState(state)
	d.To, d.How = subscribers.ApprovalState(to), subscribers.How(how)
	a.Rule, err = t.understood.rules.of(rule)
	return a, err
}
