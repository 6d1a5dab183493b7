package subscribers

import "slices"

// Right is one kind of thing that somebody may do. The scopes of tokens are made
// of rights.
type Right string

// The rights. Each is had in a zone or in a partnership, by a role.
const (
	ReadMessages       Right = "messages:read"    // what was published, and what became of it
	Publish            Right = "messages:write"   // write for the partnerships of a zone (PLP.md, level 1)
	ReadApprovals      Right = "approvals:read"   // what waits, and what was decided
	Decide             Right = "approvals:decide" // approve, hold, question, refuse (level 2)
	SpeakAsPolice      Right = "approvals:police" // answer an approver's question, send what nobody answered
	ReadCases          Right = "cases:read"
	CloseCases         Right = "cases:close"
	ReadIncidents      Right = "incidents:read"
	AckIncidents       Right = "incidents:ack"
	ReadOfficers       Right = "officers:read"
	ReadBudget         Right = "budget:read"
	ReadDigests        Right = "digests:read"
	ChangeDigests      Right = "digests:change" // hold one, release it, write its cover note
	ReadAbsences       Right = "absences:read"
	SetAbsences        Right = "absences:write"  // one's own
	SetOthersAway      Right = "absences:others" // anybody's: the coordinator's calendar
	ReadMembers        Right = "members:read"    // what a single member wants
	ChangeMembers      Right = "members:write"
	AddMembers         Right = "members:add"        // bring new ones in: what they signed on paper, invitations
	ReadPeople         Right = "people:read"        // who has a post that needs an account
	ChangePeople       Right = "people:write"       // give posts, end them, invite
	ReadPartnerships   Right = "partnerships:read"  // the partnerships of a zone, their stages and plans
	ChangePartnerships Right = "partnerships:write" // move them to another stage, change their plans
	KeepTexts          Right = "texts:write"        // the texts that a zone begins its messages with
	KeepTokens         Right = "tokens:write"       // make tokens for programs, list and revoke them
	ReadDead           Right = "dead:read"
	Replay             Right = "dead:replay"
)

// Rights lists every right.
func Rights() []Right {
	return []Right{
		ReadMessages, Publish, ReadApprovals, Decide, SpeakAsPolice, ReadCases, CloseCases, ReadIncidents, AckIncidents, ReadOfficers,
		ReadBudget, ReadDigests, ChangeDigests, ReadAbsences, SetAbsences, SetOthersAway, ReadMembers, ChangeMembers, AddMembers, ReadPeople, ChangePeople, ReadPartnerships, ChangePartnerships, KeepTexts, KeepTokens, ReadDead, Replay,
	}
}

// May is the table of who may do what. An administrator looks after the zone's
// Relais and writes nothing: level 1 is the police's, level 2 the coordinator's
// (PLP.md, "Two levels"). A member has no right beyond their own links.
func (r PostRole) May(do Right) bool { return slices.Contains(do.roles(), r) }

func (do Right) roles() []PostRole {
	police := []PostRole{PostMandated, PostOfficer}
	zone := []PostRole{PostAdmin, PostMandated, PostOfficer}
	approvers := []PostRole{PostCoordinator, PostDeputy, PostCommittee}
	switch do {
	case ReadMessages, ReadCases, ReadIncidents, AckIncidents, ReadOfficers, ReadPartnerships:
		return zone
	case Publish, SpeakAsPolice, CloseCases:
		return police
	case ReadApprovals, ReadDigests, ReadAbsences:
		return slices.Concat(zone, approvers)
	case Decide, ChangeDigests, AddMembers:
		return approvers
	case KeepTexts, ChangePartnerships:
		return []PostRole{PostAdmin, PostMandated}
	case SetAbsences:
		return append(approvers, PostAdmin, PostMandated)
	case SetOthersAway:
		return []PostRole{PostAdmin, PostMandated, PostCoordinator}
	case ReadBudget:
		return append(zone, PostCoordinator, PostDeputy)
	case ReadMembers, ChangeMembers, ReadPeople, ChangePeople, KeepTokens, ReadDead, Replay:
		return []PostRole{PostAdmin}
	}
	return nil
}
