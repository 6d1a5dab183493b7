package subscribers

import (
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
)

// Sender is somebody who has the address that a text came from. Several may:
// a couple shares a telephone.
type Sender struct {
	Member
	In []broker.PartnershipID // that they have not left, in order
}

// Heard is a text that came in earlier, without the text.
type Heard struct {
	At       time.Time
	What     Verdict
	Answered bool
}

// Verdict is what became of a text that came in.
type Verdict string

// What becomes of texts that come in.
const (
	HeardStop    Verdict = "stop"
	HeardStart   Verdict = "start"
	HeardDecided Verdict = "decided" // it decided about a message
	HeardUnsure  Verdict = "unsure"  // it was meant to, and did not say enough
	HeardGuess   Verdict = "guess"   // it named a code that no message has
	HeardForm    Verdict = "form"    // it confirmed a number that stands on a signed form, or did not
	HeardOther   Verdict = "other"   // passed on to the coordinator, or from a stranger
)

// InboxMessage is a text that a coordinator must read.
type InboxMessage struct {
	ID          uuid.UUID            `json:"id"`
	Partnership broker.PartnershipID `json:"partnership"`
	Member      MemberID             `json:"-"`
	Name        string               `json:"name"` // the member's; a coordinator sees no numbers (PLP.md, rule 11)
	Text        string               `json:"text"`
	At          time.Time            `json:"at"`
}

// NewInboxMessage is a sender's text as one partnership gets it.
func NewInboxMessage(in channels.Inbound, who Member, p broker.PartnershipID) InboxMessage {
	id := uuid.NewSHA1(who.ID.UUID, []byte("inbox:"+string(in.Channel)+":"+in.Ref+":"+string(p)))
	return InboxMessage{ID: id, Partnership: p, Member: who.ID, Name: who.Name, Text: in.Text, At: in.At}
}

// Readers are those who are told of a sender's text: the coordinators; while
// there is none beside the sender, the deputies, then the committee.
func Readers(approvers []Approver, sender MemberID) []Approver {
	for _, role := range []Role{RoleCoordinator, RoleDeputy, RoleCommittee} {
		var found []Approver
		for _, a := range approvers {
			if a.Role == role && a.ID != sender {
				found = append(found, a)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}
