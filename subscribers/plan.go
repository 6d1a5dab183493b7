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
	PerDay     int         `yaml:"per_day,omitempty"` // not urgent messages that a member gets by themselves on one local day, the rest goes with the infoflash; 0: no cap
	Budget     *Budget     `yaml:"budget,omitempty"`

	PlainAccents bool `yaml:"plain_accents,omitempty"` // an SMS is written without the accents that make it dearer, where that saves a part
}

// Budget is what a partnership may spend on its providers.
type Budget struct {
	Month float64 `yaml:"month"` // EUR in one calendar month
}

// Rule says what happens with messages of some kinds and urgencies. The first
// rule of the plan that covers a message holds.
type Rule struct {
	Kinds            []broker.Kind    `yaml:"kinds"`               // empty: every kind
	Urgencies        []broker.Urgency `yaml:"urgencies,omitempty"` // empty: every urgency; of a rule for the infoflash all but immediate
	Approval         ApprovalRule     `yaml:"approval"`
	Channels         ChannelRule      `yaml:"channels"`
	When             When             `yaml:"when"`
	IgnoreQuietHours bool             `yaml:"ignore_quiet_hours,omitempty"`
	Feedback         time.Duration    `yaml:"feedback,omitempty"` // the police owe word of what came of it this long after it went (PLP.md, rule 6); 0: they owe none
}

// ApprovalRule says who decides, and what happens when nobody does.
type ApprovalRule struct {
	By             ApprovalBy    `yaml:"by"`
	DeputiesAfter  time.Duration `yaml:"deputies_after,omitempty"`  // the deputies are asked too after this long; 0: at once
	CommitteeAfter time.Duration `yaml:"committee_after,omitempty"` // so is the steering committee; 0: never
	ReleaseAfter   time.Duration `yaml:"release_after,omitempty"`   // from then on an officer may send it, with a reason; 0: never
	Within         time.Duration `yaml:"within,omitempty"`          // unanswered this long, the police send by themselves or it lapses; 0: until the message expires
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

	// An urgent message of which the provider has not said for this long that it
	// arrived goes on to the next channel of First as well; 0: only what failed does.
	FallbackAfter time.Duration `yaml:"fallback_after,omitempty"`
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

// DigestPlan says when the infoflash goes: daily, weekly on one day, or on the
// days of a cron expression.
type DigestPlan struct {
	Every   Period        `yaml:"every"`             // day, week or cron
	Weekday time.Weekday  `yaml:"weekday,omitempty"` // for week; 0 is Sunday
	At      ClockTime     `yaml:"at,omitempty"`      // in the partnership's time zone; for cron, Cron says it
	Cron    string        `yaml:"cron,omitempty"`    // for cron: minute hour day month weekday, one time of day
	Preview time.Duration `yaml:"preview,omitempty"` // the coordinator sees it this long before, and may hold it; 0: no preview
}

// Period is how often a digest goes.
type Period string

// The periods.
const (
	Daily  Period = "day"
	Weekly Period = "week"
	ByCron Period = "cron"
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
	if len(r.Urgencies) == 0 {
		return r.coversKind(kind) && (r.When != WithDigest || urgency != broker.Immediate)
	}
	return r.coversKind(kind) && slices.Contains(r.Urgencies, urgency)
}

func (r Rule) coversKind(kind broker.Kind) bool {
	return len(r.Kinds) == 0 || slices.Contains(r.Kinds, kind)
}
