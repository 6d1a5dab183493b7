package subscribers

import (
	"slices"

	"relais/broker"
)

// Account is a person of the directory as somebody who signs in: an officer, or
// who takes part in a partnership. It is derived from the directory each time it
// is asked for, so that who leaves a post loses its rights at once.
type Account struct {
	ID    MemberID
	Name  string
	Lang  broker.Lang
	Posts []Post
}

// Post is one function of one person: of the police in a zone, or in a partnership.
type Post struct {
	Role        PostRole
	Zone        broker.ZoneID
	Partnership broker.PartnershipID // empty: of the police
}

// PostRole is a role of the police or of a partnership, as OfficerRole and Role
// have it.
type PostRole string

// The roles, those of the police first.
const (
	PostAdmin       = PostRole(RoleAdmin)
	PostMandated    = PostRole(RoleMandated)
	PostOfficer     = PostRole(RoleOfficer)
	PostCoordinator = PostRole(RoleCoordinator)
	PostDeputy      = PostRole(RoleDeputy)
	PostCommittee   = PostRole(RoleCommittee)
	PostMember      = PostRole(RoleMember)
)

// PostRoles lists every role that a person may have.
func PostRoles() []PostRole {
	return []PostRole{PostAdmin, PostMandated, PostOfficer, PostCoordinator, PostDeputy, PostCommittee, PostMember}
}

// Scope is where something stands: in a partnership of a zone, or without one in
// the zone as a whole.
type Scope struct {
	Zone        broker.ZoneID
	Partnership broker.PartnershipID
}

// covers says whether a post's rights reach so far. The police's reach their
// whole zone; those in a partnership nothing but that partnership.
func (p Post) covers(s Scope) bool {
	if p.Partnership == "" {
		return p.Zone != "" && p.Zone == s.Zone
	}
	return p.Zone == s.Zone && p.Partnership == s.Partnership
}

// May says whether somebody may do something there.
func (a Account) May(do Right, there Scope) bool {
	return slices.ContainsFunc(a.Posts, func(p Post) bool { return p.Role.May(do) && p.covers(there) })
}

// Zones lists those in which somebody has a right, in the whole zone or in a
// part of it, in order.
func (a Account) Zones(do Right) []broker.ZoneID {
	var zones []broker.ZoneID
	for _, p := range a.Posts {
		if p.Role.May(do) {
			zones = append(zones, p.Zone)
		}
	}
	slices.Sort(zones)
	return slices.Compact(zones)
}

// Partnerships lists those in which somebody has a right by a post of theirs
// there, in order.
func (a Account) Partnerships(do Right) []broker.PartnershipID {
	var in []broker.PartnershipID
	for _, p := range a.Posts {
		if p.Partnership != "" && p.Role.May(do) {
			in = append(in, p.Partnership)
		}
	}
	slices.Sort(in)
	return slices.Compact(in)
}

// SignsIn says whether somebody has a post that needs an account; members need
// none, for their links let them do everything.
func (a Account) SignsIn() bool {
	return slices.ContainsFunc(a.Posts, func(p Post) bool { return p.Role != PostMember })
}

// Within says whether all that somebody is, they are in one zone; in any when it
// is empty. Who vouches for the people of a zone vouches for nobody beyond it.
func (a Account) Within(zone broker.ZoneID) bool {
	return zone == "" || !slices.ContainsFunc(a.Posts, func(p Post) bool { return p.Role != PostMember && p.Zone != zone })
}

// Police says whether somebody works for the police of a zone.
func (a Account) Police() bool {
	return slices.ContainsFunc(a.Posts, func(p Post) bool { return p.Partnership == "" })
}
