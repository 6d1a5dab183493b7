package subscribers

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"relais/broker"
)

// RefusedMoveError says why a decision is not allowed.
type RefusedMoveError struct {
	Why    MoveFault // for those who say it in the reader's language
	Reason string    // in English
}

func (e *RefusedMoveError) Error() string { return e.Reason }

// MoveFault names what is wrong with a decision.
type MoveFault string

// What can be wrong with a decision.
const (
	FaultState        MoveFault = "state"         // the approval is not where this decision begins
	FaultNoReason     MoveFault = "no-reason"     // a refusal or release without one
	FaultNoQuestion   MoveFault = "no-question"   // a question to the police without words
	FaultNoAnswer     MoveFault = "no-answer"     // an answer of the police without words
	FaultNotAsked     MoveFault = "not-asked"     // an answer where nobody has asked
	FaultLongNote     MoveFault = "long-note"     // a note of more than MaxNote characters
	FaultAuthor       MoveFault = "author"        // the author decides about their own message
	FaultExpired      MoveFault = "expired"       // the message is of no use any more
	FaultHold         MoveFault = "hold"          // a hold that ends in the past, or after the message expires
	FaultNoRelease    MoveFault = "no-release"    // the plan does not let the police send it
	FaultEarlyRelease MoveFault = "early-release" // or not yet
	FaultNotApprover  MoveFault = "not-approver"  // the plan does not name this person
)

func refuse(why MoveFault, reason string, args ...any) *RefusedMoveError {
	return &RefusedMoveError{why, fmt.Sprintf(reason, args...)}
}

// forbids says why a decision is not allowed; nil: it is.
func (a Approval) forbids(d Decision, m broker.Message) *RefusedMoveError {
	if !a.State.CanBecome(d.To) {
		return refuse(FaultState, "an approval that is %s cannot become %s", a.State, d.To)
	}
	if refused := d.lacks(); refused != nil {
		return refused
	}
	byPerson := d.byPerson()
	switch {
	case byPerson && d.To != ApprovalPending && d.byAuthor(m): // PLP.md, rule 5
		return refuse(FaultAuthor, "the author of a message cannot approve it")
	case d.To.Granted() && !d.At.Before(m.Expires):
		return refuse(FaultExpired, "the message has expired, so it is not sent any more")
	case d.To == ApprovalHeld && (!d.Until.After(d.At) || !d.Until.Before(m.Expires)):
		return refuse(FaultHold, "a hold ends later than now and before the message expires")
	case d.To == ApprovalPending && byPerson:
		return a.forbidsAnswer(d)
	case d.To == ApprovalOverruled && byPerson:
		return a.forbidsRelease(d)
	}
	return nil
}

// byPerson says whether somebody decided, and not the plan or a newer message.
func (d Decision) byPerson() bool {
	return d.How != HowPlan && d.How != HowRevision && d.How != HowCancel
}

// byAuthor says whether the author of a message decides about it: by who they
// are where both are known, for two people may have one name and one person two;
// else by the names that they gave.
func (d Decision) byAuthor(m broker.Message) bool {
	who := d.Account
	if who == (MemberID{}) {
		who = d.Member
	}
	if who != (MemberID{}) && m.AuthorID != (uuid.UUID{}) {
		return who.UUID == m.AuthorID
	}
	return d.By == m.Author
}

// lacks says which words a decision lacks, or has too many of.
func (d Decision) lacks() *RefusedMoveError {
	switch {
	case d.To == ApprovalRefused && d.Why == "":
		return refuse(FaultNoReason, "a refusal needs a reason, so that the police can learn from it")
	case d.To == ApprovalQuestioned && d.Why == "":
		return refuse(FaultNoQuestion, "write what you want to ask the police")
	case utf8.RuneCountInString(d.Note) > MaxNote:
		return refuse(FaultLongNote, "the note is longer than %d characters", MaxNote)
	}
	return nil
}

// forbidsAnswer: the police answer what they were asked; a hold ends by itself.
func (a Approval) forbidsAnswer(d Decision) *RefusedMoveError {
	switch {
	case a.State != ApprovalQuestioned:
		return refuse(FaultNotAsked, "nobody has asked the police anything about it")
	case d.Why == "":
		return refuse(FaultNoAnswer, "write the answer")
	}
	return nil
}

// forbidsRelease: only where and when the plan says so, and with a reason.
func (a Approval) forbidsRelease(d Decision) *RefusedMoveError {
	at := a.ReleasableAt()
	switch {
	case at.IsZero():
		return refuse(FaultNoRelease, "the communication plan of this partnership does not let the police send it themselves")
	case d.At.Before(at):
		return refuse(FaultEarlyRelease, "the communication plan lets the police send it from %s on, if nobody has answered by then", at.Format(time.RFC3339))
	case d.Why == "":
		return refuse(FaultNoReason, "a release needs a reason, which is kept")
	}
	return nil
}
