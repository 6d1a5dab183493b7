package subscribers

import (
	"time"

	"relais/broker"
	"relais/channels"
)

// Dossier is what is kept about one member, besides what was sent to them (GDPR,
// articles 15 and 20).
type Dossier struct {
	Member
	Memberships []Membership
	Written     []Written // what they wrote to coordinators
}

// Membership is that somebody is, or was, in a partnership.
type Membership struct {
	Partnership broker.PartnershipID
	Role        Role
	Joined      time.Time
	Left        time.Time // zero: they are in it
}

// Written is a text that a member sent.
type Written struct {
	Partnership broker.PartnershipID
	Text        string
	At          time.Time
}

// Received is a message that reached a member.
type Received struct {
	Message     broker.MessageID
	Revision    int
	Partnership broker.PartnershipID
	Channel     channels.Name
	Digest      bool // in an infoflash
	Arrived     bool // its provider says so; an email and a notification end at being taken (decision 0004)
	At          time.Time
}
