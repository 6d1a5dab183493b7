package store

import (
	"context"
	"fmt"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Reached counts, for each approval of a partnership that was asked since a time,
// how many people its message was for and how many of them it reached on some
// channel; who got it through another partnership is not among them. Where the
// deliveries were counted and removed (Retention), only the numbers of each channel
// are left: the best channel's stand for all, which is never too many.
func (s *Store) Reached(ctx context.Context, p broker.PartnershipID, since time.Time) (found map[subscribers.ApprovalID]subscribers.Reached, err error) {
	found = make(map[subscribers.ApprovalID]subscribers.Reached)
	err = s.read(ctx, fmt.Sprintf("count whom the messages of partnership %s reached", p), func(t *tx) error {
		return t.forEach(ctx, func(r row) error {
			var id subscribers.ApprovalID
			var n subscribers.Reached
			err := r.Scan(asID{(*[16]byte)(&id.UUID)}, &n.People, &n.Reached)
			found[id] = n
			return err
		}, `SELECT d.approval, COUNT(DISTINCT d.member),
				COUNT(DISTINCT CASE WHEN d.state IN ('accepted', 'delivered') THEN d.member END)
			FROM approvals a JOIN deliveries d ON d.approval = a.id
			WHERE a.partnership = $1 AND a.asked > $2 AND d.purpose = 'message' AND d.state <> 'suppressed'
				AND NOT EXISTS (SELECT 1 FROM counted_approvals c WHERE c.approval = a.id)
			GROUP BY d.approval
			UNION ALL SELECT n.approval, MAX(n.people), MAX(n.reached) FROM (
				SELECT c.approval AS approval, c.channel AS channel,
					SUM(CASE WHEN c.best LIKE '%,suppressed,%' THEN 0 ELSE c.n END) AS people,
					SUM(CASE WHEN c.best LIKE '%,accepted,%' OR c.best LIKE '%,delivered,%' THEN c.n ELSE 0 END) AS reached
				FROM approvals a JOIN delivery_counts c ON c.approval = a.id
				WHERE a.partnership = $1 AND a.asked > $2 GROUP BY c.approval, c.channel) AS n GROUP BY n.approval`,
			string(p), millis(since))
	})
	return found, err
}

// Unreachable counts a partnership's members who have no usable contact on any channel.
func (s *Store) Unreachable(ctx context.Context, p broker.PartnershipID) (n int, err error) {
	err = s.read(ctx, fmt.Sprintf("count who of partnership %s has no channel", p), func(t *tx) error {
		n, err = one(ctx, t, scanNumber, `SELECT COUNT(*) FROM memberships s WHERE s.partnership = $1 AND s.left_at = 0
			AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.member = s.member AND c.state = 'active')`, string(p))
		return err
	})
	return n, err
}
