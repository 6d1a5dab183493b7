package subscribers

import (
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
)

// Plan is one version of a partnership's communication plan, part of its charter.
type Plan struct {
	Rules      []Rule      `yaml:"rules"`
	QuietHours *QuietHours `yaml:"quiet_hours,omitempty"`
	Digest     DigestPlan  `yaml:"digest"`
}

// Rule says what happens with messages of some kinds and urgencies. The first
// rule of the plan that covers a message holds.
type Rule struct {
	Kinds            []broker.Kind    `yaml:"kinds"`               // empty: every kind
	Urgencies        []broker.Urgency `yaml:"urgencies,omitempty"` // empty: every urgency
	Approval         ApprovalRule     `yaml:"approval"`
	Channels         ChannelRule      `yaml:"channels"`
	When             When             `yaml:"when"`
	IgnoreQuietHours bool             `yaml:"ignore_quiet_hours,omitempty"`
}

// ApprovalRule says who decides, and what happens when nobody does.
type ApprovalRule struct {
	By            ApprovalBy    `yaml:"by"`
	DeputiesAfter time.Duration `yaml:"deputies_after,omitempty"` // the deputies are asked too after this long; 0: at once
	Within        time.Duration `yaml:"within,omitempty"`         // unanswered this long, it goes to the police or lapses; 0: until the message expires
}

// ApprovalBy is who decides.
type ApprovalBy string

// The three practices of real partnerships (PLP.md, "Two levels").
const (
	ByCoordinator           ApprovalBy = "coordinator"             // unanswered, it lapses
	ByPolice                ApprovalBy = "police"                  // sent at once, the coordinator is informed
	ByCoordinatorThenPolice ApprovalBy = "coordinator-then-police" // unanswered, the police send
)

// ChannelRule names channels in order. Exactly one of the two lists is set.
type ChannelRule struct {
	All   []channels.Name `yaml:"all,omitempty"`   // on each of these that reaches the member
	First []channels.Name `yaml:"first,omitempty"` // on the first that reaches the member; the rest is the fallback
}

// When is the time at which an approved message goes.
type When string

// Now or with the next digest.
const (
	Now        When = "now"
	WithDigest When = "digest"
)

// QuietHours is a daily span, over midnight when From is after To, in the
// partnership's time zone. What is not urgent waits for its end.
type QuietHours struct {
	From ClockTime `yaml:"from"`
	To   ClockTime `yaml:"to"`
}

// DigestPlan says when the infoflash goes: daily, or weekly on one day.
type DigestPlan struct {
	Every   Period       `yaml:"every"`             // day or week
	Weekday time.Weekday `yaml:"weekday,omitempty"` // for week; 0 is Sunday
	At      ClockTime    `yaml:"at"`                // in the partnership's time zone
}

// Period is how often a digest goes.
type Period string

// The two periods.
const (
	Daily  Period = "day"
	Weekly Period = "week"
)

// RuleFor returns the first rule that covers a message.
func (p Plan) RuleFor(kind broker.Kind, urgency broker.Urgency) (Rule, bool) {
	for _, r := range p.Rules {
		if r.covers(kind, urgency) {
			return r, true
		}
	}
	return Rule{}, false
}

func (r Rule) covers(kind broker.Kind, urgency broker.Urgency) bool {
	return (len(r.Kinds) == 0 || slices.Contains(r.Kinds, kind)) &&
		(len(r.Urgencies) == 0 || slices.Contains(r.Urgencies, urgency))
}
