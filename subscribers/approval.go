package subscribers

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// ApprovalID names the decision about one message revision in one partnership.
type ApprovalID struct{ uuid.UUID }

// ApprovalIDFor returns the id that a message revision has in a partnership.
func ApprovalIDFor(m broker.MessageID, revision int, p broker.PartnershipID) ApprovalID {
	return ApprovalID{broker.DeriveID(m.UUID, "approval", strconv.Itoa(revision), string(p))}
}

// ApprovalState is where the decision stands; doc.go has the picture.
type ApprovalState string

// The states of an approval.
const (
	ApprovalPending    ApprovalState = "pending"
	ApprovalHeld       ApprovalState = "held"
	ApprovalQuestioned ApprovalState = "questioned"
	ApprovalApproved   ApprovalState = "approved"
	ApprovalRefused    ApprovalState = "refused"
	ApprovalLapsed     ApprovalState = "lapsed"
	ApprovalOverruled  ApprovalState = "overruled"
)

// Approval is the decision whether a message goes to a partnership's members.
type Approval struct {
	ID          ApprovalID
	Message     broker.MessageID
	Revision    int
	Partnership broker.PartnershipID
	PlanVersion int  // the version that routed it (PLP.md, rule 4)
	Rule        Rule // of that version
	State       ApprovalState
	Version     int       // counts the moves, from 1; of two moves from the same version one wins
	Step        int       // how many rungs of the ladder have been asked
	Deadline    time.Time // when the sweep acts if nobody has; zero: never
	Asked       time.Time // when the first approver was asked, moved on by as long as the clock stood still
	Decision    Decision  // the last move by somebody or by the plan; zero before the first
	Planned     time.Time // when the last delivery was written; zero: not yet
}

// Decision is one move of an approval: who, when, how, why.
type Decision struct {
	To     ApprovalState
	By     string   // the approver's name, "the police", or "nobody" for a lapse
	Member MemberID // the approver, where the way of deciding says so; not kept

	Account MemberID // who has signed in to decide, approver or police; zero: nobody has; not kept
	At      time.Time
	How     How
	Why     string    // a refusal's or release's reason, the question to the police, or their answer
	Note    string    // the coordinator's local note, at most MaxNote characters
	Until   time.Time // of a hold: when the approvers are asked again
}

// Move is a decision as it is kept, with the version that it made.
type Move struct {
	Version int
	Decision
}

// How is the way a decision reached Relais.
type How string

// The ways of deciding.
const (
	HowLink     How = "link"     // the single-use link
	HowInbox    How = "inbox"    // the coordinator's inbox, signed in
	HowSMS      How = "sms"      // a reply to the question, "OK 4821"
	HowTerminal How = "terminal" // relais approve, relais refuse, and programs
	HowDesk     How = "desk"     // the page of the police: an answer, a release
	HowPlan     How = "plan"     // the plan's rule, without a person
	HowRevision How = "revision" // a newer revision, or a correction, replaced the message
	HowCancel   How = "cancel"   // the police withdrew or closed the message
)

// MaxNote is the longest local note, in characters (PLP.md, "Two levels").
const MaxNote = 120

// Granted says whether the message goes to the members.
func (s ApprovalState) Granted() bool {
	return s == ApprovalApproved || s == ApprovalOverruled
}

// Final says whether no answer can change it any more.
func (s ApprovalState) Final() bool {
	return s.Granted() || s == ApprovalRefused || s == ApprovalLapsed
}

// CanBecome is the table of allowed moves.
func (s ApprovalState) CanBecome(next ApprovalState) bool {
	return slices.Contains(s.next(), next)
}

func (s ApprovalState) next() []ApprovalState {
	switch s {
	case ApprovalPending:
		return []ApprovalState{ApprovalApproved, ApprovalHeld, ApprovalQuestioned, ApprovalRefused, ApprovalLapsed, ApprovalOverruled}
	case ApprovalHeld, ApprovalQuestioned:
		return []ApprovalState{ApprovalPending, ApprovalApproved, ApprovalRefused, ApprovalLapsed}
	}
	return nil
}

// DecidedError says that somebody else was first. The first decision stands.
type DecidedError struct{ First Decision }

func (e *DecidedError) Error() string {
	return fmt.Sprintf("already %s by %s at %s", e.First.To, e.First.By, e.First.At.Format(time.RFC3339))
}

// Apply returns the approval after a decision, *DecidedError when another one
// was first, or *RefusedMoveError when this one is not allowed.
func (a Approval) Apply(d Decision, m broker.Message) (Approval, error) {
	if a.State.Final() {
		return a, &DecidedError{First: a.Decision}
	}
	if refused := a.forbids(d, m); refused != nil {
		return a, refused
	}
	if d.To == ApprovalPending {
		return a.resumed(d, m.Expires), nil
	}
	a.State, a.Decision, a.Version = d.To, d, a.Version+1
	switch d.To {
	case ApprovalHeld:
		a.Deadline = d.Until
	case ApprovalQuestioned:
		a.Deadline = m.Expires
	default:
		a.Deadline = time.Time{}
	}
	return a, nil
}
