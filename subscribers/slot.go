package subscribers

import (
	"time"

	"relais/broker"
	"relais/channels"
)

// Slot is one digest that a partnership owes: unique by Partnership and Date.
type Slot struct {
	Partnership broker.PartnershipID
	Date        Date
	DueAt       time.Time // by the plan; what came later waits for the next
	LeavesAt    time.Time // DueAt, or later when its coordinators could not see it before
	ToldAt      time.Time // when the coordinators were written to, to read it first; zero: not
	HeldAt      time.Time // since when it is held: nothing of this partnership goes on that day; zero: it is not
	HeldBy      string
	Note        string // the coordinator's cover note, at most MaxCover characters
	NoteBy      string
	ClosedAt    time.Time // when all its digests were written; zero: not yet
}

// MaxCover is the longest cover note, in characters.
const MaxCover = 300

// Held says whether nothing of the slot's partnership goes on its day.
func (s Slot) Held() bool { return !s.HeldAt.IsZero() }

// DigestPerson is a member with messages that wait for a digest, from every
// partnership the person belongs to. An item is ripe once a slot of its own
// partnership that is not held has fallen due since it came.
type DigestPerson struct {
	Member MemberID
	Pause  Span                   // the person's; an infoflash of a day within it leaves them out
	Items  []Entry                // ripe, state digested, not in a digest yet, oldest first
	Unripe []broker.PartnershipID // whose items wait for a slot of theirs
}

// DigestEntry is a digest for one person, and the entries that go out in it.
type DigestEntry struct {
	Entry
	Items []channels.DeliveryID
}

// DigestItem is one message of a digest, as its text needs it.
type DigestItem struct {
	Message     broker.MessageID
	Revision    int
	Partnership broker.PartnershipID
	Note        string // the coordinator's, on this message
	Cover       string // the coordinator's, on this partnership's part of the digest
}

// WaitingItem is one message that waits for a partnership's next digest.
type WaitingItem struct {
	Message  broker.MessageID
	Revision int
	People   int // who will get it
}
