package subscribers

import (
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
	Got      Trace     // with Audience.Got: how one of those reached the member
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
)

// Roles lists every role.
func Roles() []Role { return []Role{RoleMember, RoleCoordinator, RoleDeputy, RoleCommittee} }

// Approver is a member who may decide for a partnership.
type Approver struct {
	Member
	Role Role
}

// MayDecide says whether a member is still among those who decide: a link
// outlives the role of the person who was asked.
func MayDecide(approvers []Approver, id MemberID) bool {
	for _, a := range approvers {
		if a.ID == id && (a.Role == RoleCoordinator || a.Role == RoleDeputy) {
			return true
		}
	}
	return false
}

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
