package subscribers

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
)

// MemberID names a person, who may belong to several partnerships; a UUIDv7.
type MemberID struct{ uuid.UUID }

// NewMemberID makes a fresh id that sorts by time.
func NewMemberID() MemberID { return MemberID{uuid.Must(uuid.NewV7())} }

// Member is a person who takes part in at least one partnership.
type Member struct {
	ID       MemberID
	Name     string
	Lang     broker.Lang
	Contacts []Contact // as the member prefers them
	Rest     Rest      // when the member wants to be left alone
	Got      Trace     // with Audience.Got: how one of those reached the member
}

// Rest is when a member wants to be left alone: on top of the partnership's
// quiet hours, in its time zone.
type Rest struct {
	Quiet      *QuietHours // the member's own, every day
	Pause      Span        // a holiday
	EvenUrgent bool        // urgent messages wait as well, whatever the plan says
}

// Span is some days, both included. A zero Until has no end; a zero From is no span.
type Span struct {
	From  Date `yaml:"from" json:"from"`
	Until Date `yaml:"until,omitempty" json:"until,omitzero"`
}

// Holds says whether a day lies within.
func (s Span) Holds(day Date) bool {
	return !s.From.IsZero() && !day.Before(s.From) && (s.Until.IsZero() || !s.Until.Before(day))
}

// Contact is one way to reach a member.
type Contact struct {
	Channel channels.Name
	Address channels.Address
	State   ContactState
	Consent Consent
}

// ContactState says whether a contact may be used.
type ContactState string

// The states of a contact.
const (
	ContactActive  ContactState = "active"
	ContactStopped ContactState = "stopped" // the member said stop
	ContactClosed  ContactState = "closed"  // the provider says that it does not exist
)

// Consent is the proof that a member agreed to be written to (GDPR, article 7).
type Consent struct {
	At  time.Time
	How string // "import 2026-11-23", "join page, text 3"
}

// Role is what a member does in one partnership.
type Role string

// The roles of level 2.
const (
	RoleMember      Role = "member"
	RoleCoordinator Role = "coordinator"
	RoleDeputy      Role = "deputy"
	RoleCommittee   Role = "committee"

	RolePolice Role = "police" // the last rung of a ladder; no member has it
)

// Roles lists every role.
func Roles() []Role { return []Role{RoleMember, RoleCoordinator, RoleDeputy, RoleCommittee} }

// Approver is a member who may decide for a partnership.
type Approver struct {
	Member
	Role     Role
	Absences []Span // in which others are asked in this one's stead
}

// AbsentOn says whether an approver is away on a day.
func (a Approver) AbsentOn(day Date) bool {
	return slices.ContainsFunc(a.Absences, func(s Span) bool { return s.Holds(day) })
}

// MayDecide says whether a member is among those who decide by this rule: a
// link outlives the role of the person who was asked.
func (r ApprovalRule) MayDecide(approvers []Approver, id MemberID) bool {
	return slices.ContainsFunc(r.Approvers(approvers), func(a Approver) bool { return a.ID == id })
}

// Officer is somebody of the police zone to whom Relais writes: questions, what
// is owed, what went wrong. An officer is no member of a partnership.
type Officer struct {
	Member
	Zone broker.ZoneID
	Role OfficerRole
}

// OfficerRole is what an officer answers for.
type OfficerRole string

// The roles of the police (PLP.md, "Words").
const (
	RoleOfficer  OfficerRole = "officer"
	RoleMandated OfficerRole = "mandated" // the mandated officer: stands in for every author of the zone
	RoleAdmin    OfficerRole = "admin"    // looks after the zone's Relais: told of incidents, and of nothing else
)

// Reachable returns the member's usable contacts on a channel.
func (m Member) Reachable(on channels.Name) []Contact {
	var found []Contact
	for _, c := range m.Contacts {
		if c.Channel == on && c.State == ContactActive && !c.Address.IsZero() {
			found = append(found, c)
		}
	}
	return found
}

// Audience is whom a message is for within a partnership.
type Audience struct {
	Partnership broker.PartnershipID
	Got         []broker.MessageID // not empty: only those who were sent one of these (PLP.md, rule 7)
	Stopped     bool               // with Got: also those for whom one of these was stopped before it went
	Whole       bool               // with Got: everybody, each with their Trace
}
