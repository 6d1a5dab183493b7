package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Recall stops what has not gone out of the family of m, in the partnerships
// that m is for: open approvals lapse, entries that are pending, held or wait
// for a digest are suppressed. What is added later for these approvals is
// suppressed too, and what is claimed later says that it was stopped.
func (s *Store) Recall(ctx context.Context, m broker.Message, family []broker.MessageID, at time.Time) error {
	return s.write(ctx, fmt.Sprintf("stop what message %s corrects", m.ID), func(t *tx) error {
		if err := t.alone(ctx, "open"); err != nil {
			return err
		}
		originals, err := originalsOf(ctx, t, family)
		if err != nil {
			return err
		}
		originals = slices.DeleteFunc(originals, func(o subscribers.Original) bool {
			return len(m.Partnerships) > 0 && !slices.Contains(m.Partnerships, o.Approval.Partnership)
		})
		if err := stopApprovals(ctx, t, m, originals, at); err != nil {
			return err
		}
		return stopEntries(ctx, t, originals, at)
	})
}

func stopApprovals(ctx context.Context, t *tx, m broker.Message, originals []subscribers.Original, at time.Time) error {
	d := subscribers.Withdrawal(at)
	if m.Replaces() {
		d.How = subscribers.HowRevision
	}
	id := func(i int) []any { return []any{originals[i].Approval.ID.UUID[:]} }
	if err := keepLapses(ctx, t, d, at, `id = $4`, len(originals), id); err != nil {
		return err
	}
	// One statement: an answer that comes in this very moment is granted, or finds it lapsed.
	const open = openStates
	_, err := t.each(ctx, `UPDATE approvals SET stopped_by = COALESCE(stopped_by, $2),
			decided_to = CASE WHEN `+open+` THEN 'lapsed' ELSE decided_to END,
			decided_by = CASE WHEN `+open+` THEN $3 ELSE decided_by END,
			decided_how = CASE WHEN `+open+` THEN $4 ELSE decided_how END,
			decided_at = CASE WHEN `+open+` THEN $5 ELSE decided_at END,
			decided_why = CASE WHEN `+open+` THEN '' ELSE decided_why END,
			version = CASE WHEN `+open+` THEN version + 1 ELSE version END,
			deadline = CASE WHEN `+open+` THEN 0 ELSE deadline END,
			state = CASE WHEN `+open+` THEN 'lapsed' ELSE state END
		WHERE id = $1`, len(originals), func(i int) []any {
		return []any{originals[i].Approval.ID.UUID[:], m.ID.UUID[:], d.By, string(d.How), millis(at)}
	})
	return err
}

// stopEntries leaves notices alone, and the items of a digest that was written
// already: they fall out of it when it is claimed.
func stopEntries(ctx context.Context, t *tx, originals []subscribers.Original, at time.Time) error {
	_, err := t.each(ctx, `UPDATE deliveries SET state = 'suppressed', apart = 1, reason = 'cancelled', next_at = 0, final_at = $2
		WHERE approval = $1 AND purpose IN ('message', 'ask')
		AND (state IN ('pending', 'held') OR state = 'digested' AND digest IS NULL)`,
		len(originals), func(i int) []any { return []any{originals[i].Approval.ID.UUID[:], millis(at)} })
	return err
}

// Originals returns where each of these messages stands in each partnership.
func (s *Store) Originals(ctx context.Context, family []broker.MessageID) (found []subscribers.Original, err error) {
	err = s.read(ctx, "read what became of earlier messages", func(t *tx) error {
		found, err = originalsOf(ctx, t, family)
		return err
	})
	return found, err
}

func originalsOf(ctx context.Context, t *tx, family []broker.MessageID) ([]subscribers.Original, error) {
	if len(family) == 0 {
		return nil, nil
	}
	marks, args := listed(family, nil)
	return list(ctx, t, t.scanOriginal, `SELECT `+approvalColumns+`, stopped_by,
			CASE WHEN EXISTS (SELECT 1 FROM deliveries d LEFT JOIN deliveries g ON g.id = d.digest
				WHERE d.approval = a.id AND d.purpose = 'message' AND (`+wentOut+`)) THEN 1 ELSE 0 END
		FROM approvals a WHERE a.message IN (`+marks+`) ORDER BY a.id`, args...)
}

func (t *tx) scanOriginal(r row) (o subscribers.Original, err error) {
	o.Approval, err = t.scanApproval(longer{r, []any{asID{(*[16]byte)(&o.StoppedBy.UUID)}, asFlag{&o.Got}}})
	return o, err
}

// longer is a row with more columns after those that its reader knows.
type longer struct {
	row
	rest []any
}

// Scan reads both.
func (l longer) Scan(into ...any) error { return l.row.Scan(slices.Concat(into, l.rest)...) }

// wentOut holds for a delivery d that reached somebody, or perhaps did; g is
// the digest that it is in.
const wentOut = `d.state IN ('calling', 'unknown', 'accepted', 'delivered') OR d.state = 'digested' AND g.state IN ('calling', 'unknown')`

// sentOf is every delivery of these messages to members, by approval, since
// that is how they are indexed.
func sentOf(marks string) string {
	return `FROM deliveries d LEFT JOIN deliveries g ON g.id = d.digest
		WHERE d.purpose = 'message' AND d.approval IN (SELECT a.id FROM approvals a WHERE a.message IN (` + marks + `))`
}

// fillTraces finds for each member the delivery of these messages that worked
// first, else one that is being called or whose call was cut.
func fillTraces(ctx context.Context, t *tx, got []broker.MessageID, members []subscribers.Member) error {
	if len(got) == 0 || len(members) == 0 {
		return nil
	}
	ids := make([]subscribers.MemberID, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	marks, args := listed(got, []any{nil})
	return t.forWanted(ctx, memberBytes(ids), func(r row) error {
		var n int
		trace, err := scanTrace(r, &n)
		if have := members[n].Got; !have.Worked() && (trace.Worked() || have.State == "") {
			members[n].Got = trace
		}
		return err
	}, `SELECT w.n, COALESCE(g.id, d.id), COALESCE(g.channel, d.channel), COALESCE(g.hash, d.hash), COALESCE(g.state, d.state), d.accepted_at
		FROM wanted w CROSS JOIN deliveries d LEFT JOIN deliveries g ON g.id = d.digest
		WHERE d.member = w.id AND d.purpose = 'message' AND (`+wentOut+`)
		AND d.approval IN (SELECT a.id FROM approvals a WHERE a.message IN (`+marks+`))
		ORDER BY w.n, d.accepted_at, d.id`, args[1:]...)
}

func scanTrace(r row, n *int) (found subscribers.Trace, err error) {
	err = r.Scan(n, asID{(*[16]byte)(&found.Delivery.UUID)}, (*string)(&found.Channel), asID{(*[16]byte)(&found.Hash)},
		(*string)(&found.State), asTime{&found.At})
	return found, err
}

// stopped says which of these approvals were stopped.
func stopped(ctx context.Context, t *tx, ids []subscribers.ApprovalID) (map[subscribers.ApprovalID]bool, error) {
	raw := make([][]byte, len(ids))
	for i := range ids {
		raw[i] = ids[i].UUID[:]
	}
	found := make(map[subscribers.ApprovalID]bool)
	err := t.forWanted(ctx, raw, func(r row) error {
		var n int
		err := r.Scan(&n)
		found[ids[n]] = true
		return err
	}, `SELECT w.n FROM wanted w CROSS JOIN approvals a WHERE a.id = w.id AND a.stopped_by IS NOT NULL`)
	return found, err
}

// withoutStopped suppresses those of new entries whose approval was stopped.
func withoutStopped(ctx context.Context, t *tx, entries []subscribers.Entry) error {
	var approvals []subscribers.ApprovalID
	for _, e := range entries {
		if stoppable(e) && !slices.Contains(approvals, e.Approval) {
			approvals = append(approvals, e.Approval)
		}
	}
	over, err := stopped(ctx, t, approvals)
	if err != nil || len(over) == 0 {
		return err
	}
	for i, e := range entries {
		if stoppable(e) && over[e.Approval] {
			entries[i].State, entries[i].Reason = channels.Suppressed, channels.ReasonCancelled
			entries[i].NextAt, entries[i].FinalAt = time.Time{}, e.CreatedAt
		}
	}
	return nil
}

func stoppable(e subscribers.Entry) bool {
	return (e.Purpose == channels.ForMember || e.Purpose == channels.Ask) &&
		(e.State == channels.Pending || e.State == channels.Held || e.State == channels.Digested)
}

// dropStopped takes out of digests that are about to go what was stopped, or
// has expired, since they were written.
func dropStopped(ctx context.Context, t *tx, claimed []subscribers.Claimed, at time.Time) error {
	var digests []channels.DeliveryID
	for _, c := range claimed {
		if c.Purpose == channels.Digest {
			digests = append(digests, c.ID)
		}
	}
	args := func(i int) []any { return []any{digests[i].UUID[:], millis(at)} }
	if _, err := t.each(ctx, `UPDATE deliveries SET state = 'suppressed', apart = 1, reason = 'cancelled', next_at = 0, final_at = $2
		WHERE digest = $1 AND state = 'digested'
		AND approval IN (SELECT a.id FROM approvals a WHERE a.stopped_by IS NOT NULL)`, len(digests), args); err != nil {
		return err
	}
	_, err := t.each(ctx, `UPDATE deliveries SET state = 'expired', next_at = 0, final_at = $2
		WHERE digest = $1 AND state = 'digested' AND not_after <= $2`, len(digests), args)
	return err
}
