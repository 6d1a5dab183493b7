package subscribers

import (
	"cmp"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
)

// Sending is what became of one message in one partnership, counted for good:
// what the zone's figures are made of. It names nobody.
type Sending struct {
	Kind    broker.Kind
	Urgency broker.Urgency
	Asked   time.Time
	Outcome ApprovalState         // how the approval ended
	Took    time.Duration         // from the question to the answer; Uncounted: nobody was asked
	People  int                   // whom it was for, but for those who got it through another partnership
	Reached int                   // of them, on some channel
	By      map[channels.Name]int // those who were reached, each once, by the channel that came first
	Half    time.Duration         // from the release until half of those who were to get it at once had it; Uncounted: nobody was, or nobody knows any more
	Most    time.Duration         // until nine in ten of them had it
	Left    int                   // members who left the partnership within LeavingWindow, before the next message; Uncounted: nobody knows any more
}

// Uncounted stands where nothing can be told.
const Uncounted = -1

// LeavingWindow is how long after a message somebody who leaves is counted with it.
const LeavingWindow = 7 * 24 * time.Hour

// Debt is word that was owed about a message, and what became of it.
type Debt struct {
	Due   time.Time
	How   CaseHow // empty: it is still owed
	Ended time.Time
}

// FewestFigures is of how many messages something can be said: of fewer, one
// alone would decide it.
const FewestFigures = 5

// Pace is how long something took: in half of the cases at most Half, in nine of
// ten at most Most.
type Pace struct {
	N          int
	Half, Most time.Duration
}

// Enough says whether there are so many that the pace means something.
func (p Pace) Enough() bool { return p.N >= FewestFigures }

// PaceOf is the pace of some durations, by nearest rank.
func PaceOf(took []time.Duration) Pace {
	slices.Sort(took)
	return Pace{N: len(took), Half: rank(took, 50), Most: rank(took, 90)}
}

// rank is the smallest of sorted durations that percent of them do not exceed.
func rank(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*percent+99)/100-1]
}

// Answering is how long approvers took.
type Answering struct {
	Pace
	Within     []AnsweredWithin // the last has no limit
	Unanswered int              // nobody answered, and the message lapsed
}

// AnsweredWithin counts answers that took at most Limit, and longer than the
// limit before.
type AnsweredWithin struct {
	Limit time.Duration // 0: none
	N     int
}

// AnsweringOf counts the questions to approvers; what the plan let go without
// one is not among them.
func AnsweringOf(all []Sending) Answering {
	a := Answering{}
	for _, limit := range []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 0} {
		a.Within = append(a.Within, AnsweredWithin{Limit: limit})
	}
	var took []time.Duration
	for _, s := range all {
		switch {
		case s.Outcome == ApprovalLapsed:
			a.Unanswered++
		case s.Took >= 0:
			took = append(took, s.Took)
			at := slices.IndexFunc(a.Within, func(w AnsweredWithin) bool { return w.Limit == 0 || s.Took <= w.Limit })
			a.Within[at].N++
		}
	}
	a.Pace = PaceOf(took)
	return a
}

// Reaching is how fast messages of one urgency reached those for whom they were:
// First of the times until half had one, Last of those until nine in ten had.
type Reaching struct {
	Urgency     broker.Urgency
	First, Last Pace
}

// ReachingOf takes the middle of the messages' own times.
func ReachingOf(all []Sending) []Reaching {
	var found []Reaching
	for _, urgency := range []broker.Urgency{broker.Immediate, broker.Expected, broker.Future} {
		var half, most []time.Duration
		for _, s := range all {
			if s.Urgency == urgency && s.Half >= 0 {
				half, most = append(half, s.Half), append(most, s.Most)
			}
		}
		found = append(found, Reaching{urgency, PaceOf(half), PaceOf(most)})
	}
	return found
}

// ChannelReach is how many people a channel reached.
type ChannelReach struct {
	Channel channels.Name
	N       int
}

// ReachOf adds up whom messages reached by what, most at the front, and whom they
// did not reach.
func ReachOf(all []Sending) (by []ChannelReach, missed, messages int) {
	sums := make(map[channels.Name]int)
	for _, s := range all {
		if s.People == 0 {
			continue
		}
		messages++
		missed += s.People - s.Reached
		for channel, n := range s.By {
			sums[channel] += n
		}
	}
	for channel, n := range sums {
		by = append(by, ChannelReach{channel, n})
	}
	slices.SortFunc(by, func(a, b ChannelReach) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Channel, b.Channel)) })
	return by, missed, messages
}

// Leaving is how many members left after messages of a kind.
type Leaving struct {
	Kind                    broker.Kind
	Messages, Reached, Left int
}

// PerThousand is how many left of a thousand who were reached.
func (l Leaving) PerThousand() float64 {
	if l.Reached == 0 {
		return 0
	}
	return float64(l.Left) * 1000 / float64(l.Reached)
}

// LeavingOf counts by kind, in the order of kinds; kinds of which there were no
// messages are left out.
func LeavingOf(all []Sending) []Leaving {
	var found []Leaving
	for _, kind := range broker.Kinds() {
		l := Leaving{Kind: kind}
		for _, s := range all {
			if s.Kind == kind && s.Left >= 0 && s.Reached > 0 {
				l.Messages, l.Reached, l.Left = l.Messages+1, l.Reached+s.Reached, l.Left+s.Left
			}
		}
		if l.Messages > 0 {
			found = append(found, l)
		}
	}
	return found
}

// Owing is how the police kept their word. What was withdrawn owes none.
type Owing struct{ OnTime, Late, Overdue, NotYet int }

// N is how many debts have fallen due.
func (o Owing) N() int { return o.OnTime + o.Late + o.Overdue }

// OwingOf judges debts as of now. That the inquiry allows no word is an answer
// too (PLP.md, rule 6).
func OwingOf(all []Debt, now time.Time) Owing {
	var o Owing
	for _, d := range all {
		switch {
		case d.How == EndedByCancel:
		case d.How != "" && !d.Ended.After(d.Due):
			o.OnTime++
		case d.How != "":
			o.Late++
		case now.After(d.Due):
			o.Overdue++
		default:
			o.NotYet++
		}
	}
	return o
}
