package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// tally is one group of people whose deliveries on one channel came equally far.
type tally struct {
	approval    subscribers.ApprovalID
	channel     string
	best        string // see bestOf
	open        bool   // one of their deliveries can still change
	n           int
	first, last time.Time
}

// countDeliveries counts the members of each approval by channel. Who has
// several addresses on a channel, as a phone and a tablet, counts once, by the
// one that came furthest. Old ones were counted before their rows went.
func countDeliveries(ctx context.Context, t *tx, approvals []subscribers.ApprovalID) (map[subscribers.ApprovalID][]subscribers.ChannelStatus, error) {
	counts := make(map[subscribers.ApprovalID][]subscribers.ChannelStatus)
	err := t.forWanted(ctx, approvalBytes(approvals), func(r row) error {
		found, err := scanTally(r)
		counts[found.approval] = addTally(counts[found.approval], found)
		return err
	}, `SELECT approval, channel, best, open, n, first, last FROM (
			SELECT approval, channel, best, open, COUNT(*) AS n, COALESCE(MIN(NULLIF(first, 0)), 0) AS first, MAX(last) AS last FROM (`+
		peopleOf(``, `wanted w CROSS JOIN deliveries d WHERE d.approval = w.id
			AND NOT EXISTS (SELECT 1 FROM counted_approvals c WHERE c.approval = w.id)`)+`) AS people
			GROUP BY approval, channel, best, open
			UNION ALL SELECT c.approval, c.channel, c.best, 0, c.n, c.first_at, c.last_at
			FROM wanted w CROSS JOIN delivery_counts c WHERE c.approval = w.id) AS tallies
		ORDER BY approval, channel, best, open`)
	return counts, err
}

// unreachedOf counts those whom nothing reaches any more, by an approval: each
// of their deliveries failed or came too late, or no channel was theirs.
func unreachedOf(approval string) string {
	return `SELECT COUNT(*) FROM (SELECT d.member FROM deliveries d
		WHERE d.approval = ` + approval + ` AND d.purpose = 'message' GROUP BY d.member
		HAVING MAX(CASE WHEN d.state IN ('failed', 'expired') OR d.state = 'suppressed' AND d.reason = 'no-channel' THEN 0 ELSE 1 END) = 0) AS unreached`
}

// countUnreached counts them for those partnerships where some delivery reaches
// nobody, and asks the rows only of those that are not counted for good.
func countUnreached(ctx context.Context, t *tx, missed []*subscribers.PartnershipStatus) error {
	approvals := make([]subscribers.ApprovalID, len(missed))
	for i, p := range missed {
		approvals[i] = p.Approval
	}
	return t.forWanted(ctx, approvalBytes(approvals), func(r row) error {
		var n, people int
		err := r.Scan(&n, &people)
		missed[n].Unreached = people
		return err
	}, `SELECT w.n, COALESCE((SELECT c.unreached FROM counted_approvals c WHERE c.approval = w.id), (`+unreachedOf(`w.id`)+`)) FROM wanted w`)
}

// peopleOf is a row for each person and channel, of the deliveries d that from
// names, and before its columns the ones in also; from ends in a condition.
func peopleOf(also, from string) string {
	return `SELECT ` + also + `d.approval AS approval, d.channel AS channel, MIN(` + bestOf() + `) AS best, MAX(` + canChange + `) AS open,
			COALESCE(MIN(NULLIF(d.accepted_at, 0)), 0) AS first, MAX(d.accepted_at) AS last
		FROM ` + from + ` AND d.purpose = 'message' GROUP BY d.approval, d.member, d.channel`
}

// bestOf is a text that sorts first for the delivery that came furthest:
// "b,1,accepted,", that is a rank, whether the provider will still report, the
// state and the reason.
func bestOf() string {
	var ranks strings.Builder
	for i, state := range []channels.State{
		channels.Delivered, channels.Accepted, channels.Calling, channels.Pending, channels.Held,
		channels.Digested, channels.Unknown, channels.Failed, channels.Expired,
	} {
		fmt.Fprintf(&ranks, " WHEN '%s' THEN '%c'", state, 'a'+i)
	}
	return `CASE d.state` + ranks.String() + ` ELSE 'z' END || ',' || d.awaits || ',' || d.state || ',' || d.reason`
}

// canChange is 1 for a delivery that can still change. An unknown one that no
// sweep looks at stays unknown.
const canChange = `CASE WHEN d.state IN ('delivered', 'failed', 'suppressed', 'expired') THEN 0
	WHEN d.state = 'accepted' THEN d.awaits WHEN d.state = 'unknown' AND d.next_at = 0 THEN 0 ELSE 1 END`

func scanTally(r row) (t tally, err error) {
	err = r.Scan(asID{(*[16]byte)(&t.approval.UUID)}, &t.channel, &t.best, asFlag{&t.open}, &t.n, asTime{&t.first}, asTime{&t.last})
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
	state, reason, awaits := t.came()
	c.Counts[state] += t.n
	if state == channels.Suppressed {
		if c.Suppressed == nil {
			c.Suppressed = make(map[channels.Reason]int)
		}
		c.Suppressed[reason] += t.n
	}
	if t.open {
		c.Open += t.n
	}
	if state == channels.Accepted && awaits {
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

// came reads what bestOf wrote.
func (t tally) came() (channels.State, channels.Reason, bool) {
	parts := append(strings.SplitN(t.best, ",", 4), "", "", "", "")
	return channels.State(parts[2]), channels.Reason(parts[3]), parts[1] == "1"
}
