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

// countAfter is how old an approval is when it is counted first: by then nearly
// every delivery has come to its end. It is counted again when those have left
// who leave because of it.
const countAfter = 24 * time.Hour

// CountSendings counts at most limit approvals for the figures, once a day after
// they were asked for and again when subscribers.LeavingWindow is over; it
// returns how many. Of those whose members may have been erased, that is who
// left before a time, nobody knows any more how many left.
func (s *Store) CountSendings(ctx context.Context, now, erasedBefore time.Time, limit int) (int, error) {
	var todo []countable
	err := s.read(ctx, "list approvals to count for figures", func(t *tx) (err error) {
		todo, err = list(ctx, t, t.scanCountable, `SELECT `+approvalColumns+`, (SELECT m.body FROM messages m WHERE m.id = a.message AND m.revision = a.revision)
			FROM approvals a WHERE a.asked < $1 AND a.asked > 0 AND a.state NOT IN ('pending', 'held', 'questioned')
			AND NOT (a.planned = 0 AND a.state IN ('approved', 'overruled'))
			AND (NOT EXISTS (SELECT 1 FROM sendings f WHERE f.approval = a.id)
				OR a.id IN (SELECT f.approval FROM sendings f WHERE f.settled = 0 AND f.asked < $2))
			ORDER BY a.asked LIMIT $3`, millis(now.Add(-countAfter)), millis(now.Add(-countAfter-subscribers.LeavingWindow)), limit)
		return err
	})
	if err != nil {
		return 0, err
	}
	for i := range todo {
		err := s.read(ctx, fmt.Sprintf("count approval %s for figures", todo[i].ID), func(t *tx) error { return todo[i].count(ctx, t, now, erasedBefore) })
		if err != nil {
			return 0, err
		}
	}
	return len(todo), s.write(ctx, "write figures", func(t *tx) error {
		_, err := t.each(ctx, `INSERT INTO sendings (`+sendingColumns+`, approval, zone, partnership, settled)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
			ON CONFLICT (approval) DO UPDATE SET people = excluded.people, reached = excluded.reached, by_channel = excluded.by_channel,
				half = excluded.half, most = excluded.most, left_after = excluded.left_after, settled = excluded.settled`, len(todo), func(i int) []any {
			c, f := todo[i], todo[i].sending
			settled := 0
			if f.Asked.Before(now.Add(-countAfter - subscribers.LeavingWindow)) {
				settled = 1
			}
			return []any{string(f.Kind), string(f.Urgency), millis(f.Asked), string(f.Outcome), durationMillis(f.Took), f.People, f.Reached, writeReach(f.By),
				durationMillis(f.Half), durationMillis(f.Most), f.Left, c.ID.UUID[:], string(c.zone), string(c.Partnership), settled}
		})
		return err
	})
}

// countable is an approval that is to be counted, and what was.
type countable struct {
	subscribers.Approval

	zone    broker.ZoneID
	sending subscribers.Sending
}

func (t *tx) scanCountable(r row) (c countable, err error) {
	var body string
	if c.Approval, err = t.scanApproval(longer{r, []any{&body}}); err != nil {
		return c, err
	}
	m, err := decodeMessage(body)
	c.zone = m.Zone
	c.sending = subscribers.Sending{Kind: m.Kind, Urgency: m.Urgency, Asked: c.Asked, Outcome: c.State, Took: subscribers.Uncounted, Half: subscribers.Uncounted, Most: subscribers.Uncounted}
	if d := c.Decision; d.How != subscribers.HowPlan {
		c.sending.Took = max(d.At.Sub(c.Asked), 0)
	}
	return c, err
}

func (c *countable) count(ctx context.Context, t *tx, now, erasedBefore time.Time) error {
	if !c.State.Granted() {
		return nil
	}
	kept, err := one(ctx, t, scanNumber, `SELECT COUNT(*) FROM counted_approvals WHERE approval = $1`, c.ID.UUID[:])
	if err != nil {
		return err
	}
	if kept > 0 {
		err = c.countKept(ctx, t)
	} else {
		err = c.countRows(ctx, t)
	}
	if err != nil {
		return err
	}
	return c.countLeavers(ctx, t, now, erasedBefore)
}

// arrival is a delivery, as far as it says who was reached.
type arrival struct {
	member  subscribers.MemberID
	channel channels.Name
	at      time.Time // zero: it did not come
	waited  bool      // for a digest, or for quiet hours to end: on purpose
}

// countRows looks at each person once: by the delivery that came first.
func (c *countable) countRows(ctx context.Context, t *tx) error {
	rows, err := list(ctx, t, scanArrival, `SELECT d.member, d.channel, CASE WHEN d.state IN ('accepted', 'delivered') THEN CASE WHEN d.accepted_at > 0 THEN d.accepted_at ELSE d.final_at END ELSE 0 END,
			CASE WHEN d.digest IS NOT NULL OR d.state = 'digested' OR d.attempt <= 1 AND d.not_before > d.created_at THEN 1 ELSE 0 END
		FROM deliveries d WHERE d.approval = $1 AND d.purpose = 'message' AND (d.state <> 'suppressed' OR d.reason = 'no-channel')`, c.ID.UUID[:])
	if err != nil {
		return err
	}
	first := make(map[subscribers.MemberID]arrival)
	for _, a := range rows {
		if before, seen := first[a.member]; !seen || !a.at.IsZero() && (before.at.IsZero() || a.at.Before(before.at)) {
			first[a.member] = a
		}
	}
	f := &c.sending
	f.People, f.By = len(first), make(map[channels.Name]int)
	var took []time.Duration
	for _, a := range first {
		if a.at.IsZero() {
			continue
		}
		f.Reached++
		f.By[a.channel]++
		if !a.waited {
			took = append(took, max(a.at.Sub(c.Decision.At), 0))
		}
	}
	if pace := subscribers.PaceOf(took); pace.N > 0 {
		f.Half, f.Most = pace.Half, pace.Most
	}
	return nil
}

// countKept takes what CountDeliveries kept of rows that are gone: whom each
// channel reached, so that who has two may count twice, but no times.
func (c *countable) countKept(ctx context.Context, t *tx) error {
	f := &c.sending
	f.By = make(map[channels.Name]int)
	most := 0
	err := t.forEach(ctx, func(r row) error {
		var channel string
		var people, reached int
		if err := r.Scan(&channel, &people, &reached); err != nil {
			return err
		}
		most = max(most, reached)
		f.People = max(f.People, people)
		if reached > 0 {
			f.By[channels.Name(channel)] = reached
		}
		return nil
	}, `SELECT channel, SUM(CASE WHEN best LIKE '%,suppressed,%' THEN 0 ELSE n END), SUM(CASE WHEN best LIKE '%,accepted,%' OR best LIKE '%,delivered,%' THEN n ELSE 0 END)
		FROM delivery_counts WHERE approval = $1 GROUP BY channel`, c.ID.UUID[:])
	f.Reached = most
	return err
}

// countLeavers counts who left after this message and before the next one.
func (c *countable) countLeavers(ctx context.Context, t *tx, now, erasedBefore time.Time) error {
	c.sending.Left = subscribers.Uncounted
	if c.Planned.Before(erasedBefore) {
		return nil
	}
	until := millis(c.Planned.Add(subscribers.LeavingWindow))
	next, err := list(ctx, t, scanMillis, `SELECT MIN(planned) FROM approvals WHERE partnership = $1 AND planned > $2 AND planned < $3 HAVING COUNT(*) > 0`,
		string(c.Partnership), millis(c.Planned), until)
	if err != nil {
		return err
	}
	until = slices.Min(append(next, until))
	c.sending.Left, err = one(ctx, t, scanNumber, `SELECT COUNT(*) FROM memberships WHERE partnership = $1 AND left_at >= $2 AND left_at < $3`,
		string(c.Partnership), millis(c.Planned), min(until, millis(now)))
	return err
}

func scanArrival(r row) (a arrival, err error) {
	err = r.Scan(asID{(*[16]byte)(&a.member.UUID)}, (*string)(&a.channel), asTime{&a.at}, asFlag{&a.waited})
	return a, err
}

func scanMillis(r row) (ms int64, err error) {
	err = r.Scan(&ms)
	return ms, err
}
