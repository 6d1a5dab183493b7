package subscribers

import (
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

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
	Step        int       // how many groups of approvers have been asked
	Deadline    time.Time // when the sweep acts if nobody has; zero: never
	Asked       time.Time // when the first approver was asked
	Decision    Decision  // zero while open
	Planned     time.Time // when the last delivery was written; zero: not yet
}

// Decision is one move of an approval: who, when, how, why.
type Decision struct {
	To     ApprovalState
	By     string   // the approver's name, "the police", or "nobody" for a lapse
	Member MemberID // the approver, where the way of deciding says so; not kept
	At     time.Time
	How    How
	Why    string // a refusal's or release's reason
	Note   string // the coordinator's local note, at most MaxNote characters
}

// How is the way a decision reached Relais.
type How string

// The ways of deciding.
const (
	HowLink     How = "link"     // the single-use link
	HowTerminal How = "terminal" // relais approve, relais refuse
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
		return []ApprovalState{ApprovalApproved, ApprovalRefused, ApprovalLapsed}
	}
	return nil
}

// DecidedError says that somebody else was first. The first decision stands.
type DecidedError struct{ First Decision }

func (e *DecidedError) Error() string {
	return fmt.Sprintf("already %s by %s at %s", e.First.To, e.First.By, e.First.At.Format(time.RFC3339))
}

// RefusedMoveError says why a decision is not allowed.
type RefusedMoveError struct{ Reason string }

func (e *RefusedMoveError) Error() string { return e.Reason }

// Apply returns the approval after a decision, *DecidedError when another one
// was first, or *RefusedMoveError when this one is not allowed.
func (a Approval) Apply(d Decision, author string) (Approval, error) {
	if a.State.Final() {
		return a, &DecidedError{First: a.Decision}
	}
	if !a.State.CanBecome(d.To) {
		return a, &RefusedMoveError{fmt.Sprintf("an approval that is %s cannot become %s", a.State, d.To)}
	}
	if d.To == ApprovalRefused && d.Why == "" {
		return a, &RefusedMoveError{"a refusal needs a reason, so that the police can learn from it"}
	}
	if utf8.RuneCountInString(d.Note) > MaxNote {
		return a, &RefusedMoveError{fmt.Sprintf("the note is longer than %d characters", MaxNote)}
	}
	if d.How != HowPlan && d.How != HowRevision && d.How != HowCancel && d.By == author {
		return a, &RefusedMoveError{"the author of a message cannot approve it"} // PLP.md, rule 5
	}
	a.State, a.Decision = d.To, d
	if d.To.Final() {
		a.Deadline = time.Time{}
	}
	return a, nil
}
