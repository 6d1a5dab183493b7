package subscribers

import (
	"time"

	"relais/broker"
)

// Partnership is one local prevention partnership (PLP, BIN, LPP).
type Partnership struct {
	ID          broker.PartnershipID `yaml:"id"`
	Zone        broker.ZoneID        `yaml:"zone"`
	Name        string               `yaml:"name"`
	Tag         string               `yaml:"tag"`       // begins each SMS; at most MaxTag characters
	Languages   []broker.Lang        `yaml:"languages"` // the first is used where a member's own is missing
	Timezone    string               `yaml:"timezone"`  // IANA; Europe/Brussels when empty
	Stage       Stage                `yaml:"stage"`
	Charter     Charter              `yaml:"charter"`
	Streets     []Street             `yaml:"streets,omitempty"` // its area; empty: whoever joins is taken at their word
	Outline     *Outline             `yaml:"outline,omitempty"` // the area on a map; nil: it stands on none
	Contact     string               `yaml:"contact,omitempty"` // whom residents may ask, one line, as the partnership wants it to be read by everybody
	PlanVersion int                  `yaml:"-"`                 // the version in force, from 1
}

// MaxTag is the longest tag, in characters.
const MaxTag = 20

// Stage is how far the founding of a partnership has come (PLP.md, "The life
// of a partnership").
type Stage string

// The stages; only a launched partnership is routed to.
const (
	StageIdea        Stage = "idea"
	StagePreparation Stage = "preparation"
	StageEvening     Stage = "evening"
	StageCharter     Stage = "charter"
	StageLaunched    Stage = "launched"
	StageSuspended   Stage = "suspended"
	StageDissolved   Stage = "dissolved"
)

// Stages lists every stage in its order.
func Stages() []Stage {
	return []Stage{StageIdea, StagePreparation, StageEvening, StageCharter, StageLaunched, StageSuspended, StageDissolved}
}

// Charter is the signed agreement of a partnership.
type Charter struct {
	Signed Date `yaml:"signed"`          // the day of the last signature; zero: not signed
	Until  Date `yaml:"until,omitempty"` // the last day in force; zero: until further notice
}

// InForce says whether the charter holds on a day.
func (c Charter) InForce(on Date) bool {
	return !c.Signed.IsZero() && !on.Before(c.Signed) && (c.Until.IsZero() || !c.Until.Before(on))
}

// Missing lists what keeps a partnership from being sent for at an instant
// (PLP.md, rule 3). An empty list means that it is launched.
func (p Partnership) Missing(approvers []Approver, at time.Time) []Gap {
	var gaps []Gap
	if p.Stage != StageLaunched {
		gaps = append(gaps, GapNotLaunched)
	}
	if !p.Charter.InForce(DateOf(at.In(p.Location()))) {
		gaps = append(gaps, GapCharter)
	}
	if !hasRole(approvers, RoleCoordinator) {
		gaps = append(gaps, GapCoordinator)
	}
	if !hasRole(approvers, RoleDeputy) {
		gaps = append(gaps, GapDeputy)
	}
	return gaps
}

// Location returns the partnership's time zone. A name that is not known
// counts as UTC; imports refuse such names.
func (p Partnership) Location() *time.Location {
	loc, err := time.LoadLocation(p.zoneName())
	if err != nil {
		return time.UTC
	}
	return loc
}

// Today is the day that an instant falls on in the partnership's zone.
func (p Partnership) Today(now time.Time) Date { return DateOf(now.In(p.Location())) }

// DefaultTimezone is that of Belgium.
const DefaultTimezone = "Europe/Brussels"

func (p Partnership) zoneName() string {
	if p.Timezone == "" {
		return DefaultTimezone
	}
	return p.Timezone
}

func hasRole(approvers []Approver, role Role) bool {
	for _, a := range approvers {
		if a.Role == role {
			return true
		}
	}
	return false
}
