package subscribers

import (
	"time"

	"relais/broker"
	"relais/channels"
)

// Slot is one digest that a partnership owes: unique by Partnership, Date and Every.
type Slot struct {
	Partnership broker.PartnershipID
	Date        Date
	Every       Period
	DueAt       time.Time
}

// DigestPerson is a member with messages that wait for a digest, from every
// partnership the person belongs to.
type DigestPerson struct {
	Member MemberID
	Pause  Span    // the person's; an infoflash of a day within it leaves them out
	Items  []Entry // state digested, not in a digest yet, oldest first
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
	Note        string // the coordinator's
}
