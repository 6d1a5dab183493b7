package subscribers

import (
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// InvitationID names an invitation; a UUIDv7.
type InvitationID struct{ uuid.UUID }

// Invitation is a link to the page for joining that somebody passes on to one
// person. It names nobody and lets nobody in: who opens it joins as from the poster.
// What it adds is that it ends, can be taken back, and is counted (decision 0074).
type Invitation struct {
	ID          InvitationID
	Partnership broker.PartnershipID
	By          MemberID // who made it
	Made        time.Time
	Expires     time.Time
	Revoked     time.Time // zero: not
	Used        int       // how many have filled in the form that it leads to
}

const (
	// InvitationValidity is how long an invitation is good.
	InvitationValidity = 30 * 24 * time.Hour
	// InvitationsADay is how many a partnership makes in a day.
	InvitationsADay = 100
)

// NewInvitation makes one.
func NewInvitation(p broker.PartnershipID, by MemberID, now time.Time) Invitation {
	return Invitation{ID: InvitationID{uuid.Must(uuid.NewV7())}, Partnership: p, By: by, Made: now, Expires: now.Add(InvitationValidity)}
}

// Good says whether it still leads to the page.
func (i Invitation) Good(now time.Time) bool { return i.Revoked.IsZero() && now.Before(i.Expires) }
