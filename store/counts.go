package store

import (
	"context"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// tally is one group of deliveries that are alike.
type tally struct {
	approval               subscribers.ApprovalID
	channel, state, reason string
	awaits, swept          bool // swept: a sweep looks at it again
	n                      int
	first, last            time.Time
}

// countDeliveries counts the members' deliveries of each approval, by channel.
func countDeliveries(ctx context.Context, t *tx, st subscribers.Status) (map[subscribers.ApprovalID][]subscribers.ChannelStatus, error) {
	counts := make(map[subscribers.ApprovalID][]subscribers.ChannelStatus)
	err := t.forEach(ctx, func(r row) error {
		found, err := scanTally(r)
		counts[found.approval] = addTally(counts[found.approval], found)
		return err
	}, `SELECT a.id, d.channel, d.state, d.reason, d.awaits, CASE WHEN d.next_at > 0 THEN 1 ELSE 0 END, COUNT(*),
			COALESCE(MIN(NULLIF(d.accepted_at, 0)), 0), MAX(d.accepted_at)
		FROM approvals a JOIN deliveries d ON d.approval = a.id
		WHERE a.message = $1 AND a.revision = $2 AND d.purpose = 'message'
		GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`, st.Message.UUID[:], st.Revision)
	return counts, err
}

func scanTally(r row) (t tally, err error) {
	err = r.Scan(asID{(*[16]byte)(&t.approval.UUID)}, &t.channel, &t.state, &t.reason, asFlag{&t.awaits}, asFlag{&t.swept}, &t.n, asTime{&t.first}, asTime{&t.last})
	return t, err
}

// addTally adds to the last channel, or begins the next: tallies come by channel.
func addTally(all []subscribers.ChannelStatus, t tally) []subscribers.ChannelStatus {
	if len(all) == 0 || all[len(all)-1].Channel != channels.Name(t.channel) {
		all = append(all, subscribers.ChannelStatus{
			Channel: channels.Name(t.channel), Counts: make(map[channels.State]int),
		})
	}
	c := &all[len(all)-1]
	c.Counts[channels.State(t.state)] += t.n
	if t.state == string(channels.Suppressed) {
		if c.Suppressed == nil {
			c.Suppressed = make(map[channels.Reason]int)
		}
		c.Suppressed[channels.Reason(t.reason)] += t.n
	}
	if t.open() {
		c.Open += t.n
	}
	if t.state == string(channels.Accepted) && t.awaits {
		c.Waiting += t.n
	}
	if c.First.IsZero() || !t.first.IsZero() && t.first.Before(c.First) {
		c.First = t.first
	}
	if t.last.After(c.Last) {
		c.Last = t.last
	}
	return all
}

// open says whether these deliveries can still change. An unknown one that no
// sweep looks at stays unknown.
func (t tally) open() bool {
	switch channels.State(t.state) {
	case channels.Delivered, channels.Failed, channels.Suppressed, channels.Expired:
		return false
	case channels.Accepted:
		return t.awaits
	case channels.Unknown:
		return t.swept
	}
	return true
}
