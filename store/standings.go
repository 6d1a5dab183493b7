package store

import (
	"context"
	"fmt"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Standings returns the Status of each message in numbers. Of one with more than
// so many deliveries it leaves out what is counted of them, which takes long; that
// one is neither Counted nor Done. All are asked for at once: a list of ten
// messages of a thousand partnerships each is a few dozen rows to read.
func (s *Store) Standings(ctx context.Context, ids []broker.MessageID, most int) (found []subscribers.Standing, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.read(ctx, fmt.Sprintf("read the standings of %d messages", len(ids)), func(t *tx) error {
		found = make([]subscribers.Standing, len(ids))
		if err := addAnswers(ctx, t, ids, found); err != nil {
			return err
		}
		few, err := narrow(ctx, t, ids, most)
		if err != nil {
			return err
		}
		return addCounts(ctx, t, ids, few, found)
	})
	return found, err
}

// newest holds for approvals a of the newest revisions of the wanted messages w.
const newest = `a.message = w.id AND a.revision = (SELECT MAX(m.revision) FROM messages m WHERE m.id = w.id)`

// addAnswers counts what partnerships answered. A message is Done as far as it
// goes by that.
func addAnswers(ctx context.Context, t *tx, ids []broker.MessageID, found []subscribers.Standing) error {
	for i, id := range ids {
		found[i] = subscribers.Standing{Message: id, Counts: make(map[channels.State]int), Done: true}
	}
	return t.forWanted(ctx, messageBytes(ids), func(r row) error {
		var n, revision, partnerships int
		var state string
		var planned bool
		err := r.Scan(&n, &revision, &state, asFlag{&planned}, &partnerships)
		found[n].Revision = revision
		if partnerships > 0 {
			found[n].Answered(subscribers.ApprovalState(state), planned, partnerships)
		}
		return err
	}, `SELECT w.n, m.revision, COALESCE(a.state, ''), CASE WHEN a.planned = 0 THEN 0 ELSE 1 END AS is_planned, COUNT(a.id)
		FROM wanted w CROSS JOIN messages m LEFT JOIN approvals a ON a.message = m.id AND a.revision = m.revision
		WHERE m.id = w.id AND m.revision = (SELECT MAX(n.revision) FROM messages n WHERE n.id = w.id)
		GROUP BY w.n, m.revision, a.state, is_planned`)
}

// narrow says which messages have at most so many deliveries.
func narrow(ctx context.Context, t *tx, ids []broker.MessageID, most int) ([]bool, error) {
	few := make([]bool, len(ids))
	err := t.forWanted(ctx, messageBytes(ids), func(r row) error {
		var n, deliveries int
		err := r.Scan(&n, &deliveries)
		few[n] = deliveries <= most
		return err
	}, `SELECT w.n, (SELECT COUNT(*) FROM (SELECT 1 FROM approvals a JOIN deliveries d ON d.approval = a.id
			WHERE `+newest+` LIMIT $2) AS few) FROM wanted w`, most+1)
	return few, err
}

// addCounts counts the deliveries of those of which there are few.
func addCounts(ctx context.Context, t *tx, ids []broker.MessageID, few []bool, found []subscribers.Standing) error {
	var counted []broker.MessageID
	var places []int // of them in found
	for i := range found {
		if found[i].Counted = few[i]; few[i] {
			counted, places = append(counted, ids[i]), append(places, i)
		} else {
			found[i].Done = false
		}
	}
	return t.forWanted(ctx, messageBytes(counted), func(r row) error {
		var n, people int
		var best string
		var open bool
		err := r.Scan(&n, &best, asFlag{&open}, &people)
		state, _, _ := tally{best: best}.came()
		st := &found[places[n]]
		st.Counts[state] += people
		st.Done = st.Done && !open
		return err
	}, `SELECT n, best, open, COUNT(*) FROM (`+
		peopleOf(`MIN(w.n) AS n, `, `wanted w CROSS JOIN approvals a CROSS JOIN deliveries d WHERE `+newest+` AND d.approval = a.id
			AND NOT EXISTS (SELECT 1 FROM counted_approvals c WHERE c.approval = a.id)`)+`) AS people
			GROUP BY n, best, open
		UNION ALL SELECT w.n, c.best, 0, CAST(SUM(c.n) AS BIGINT) FROM wanted w CROSS JOIN approvals a CROSS JOIN delivery_counts c
			WHERE `+newest+` AND c.approval = a.id GROUP BY w.n, c.best`)
}
