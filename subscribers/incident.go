package subscribers

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// Incident is something that went wrong and that a person must look at: a loop
// was stopped, a provider refuses our password. It holds no address, and no text
// of a message.
type Incident struct {
	ID          IncidentID
	Kind        IncidentKind
	Zone        broker.ZoneID        // whose police are told; empty: it concerns the whole installation
	Partnership broker.PartnershipID // empty: none, or several
	Message     broker.MessageID     // zero: it is about none
	Matter      string               // tells it from others of its kind in the zone: a channel's name, a hash
	Texts       map[broker.Lang]broker.Text
	First, Last time.Time
	Count       int       // how often it happened, at least
	AckBy       string    // who has seen it; empty: nobody
	AckAt       time.Time // when; zero: not yet
}

// IncidentID names an incident.
type IncidentID struct{ uuid.UUID }

// IncidentKind says what went wrong.
type IncidentKind string

// IncidentLoop is a text that was about to go to one address again and again.
const IncidentLoop IncidentKind = "loop"

// IncidentRests is how long the same matter must rest until it is a new
// incident, of which people are told anew. Until then it counts up, seen or not.
const IncidentRests = time.Hour

// IncidentSeenError says that somebody had acknowledged an incident before. The
// first one stands.
type IncidentSeenError struct {
	By string
	At time.Time
}

func (e *IncidentSeenError) Error() string {
	return fmt.Sprintf("acknowledged before by %s at %s", e.By, e.At.Format(time.RFC3339))
}

// Letter tells the officers of an incident; from is the zone, as they know it.
func (i Incident) Letter(from string) ServiceMessage {
	return ServiceMessage{ID: broker.DeriveID(i.ID.UUID, "incident", from), From: from, Tag: "Relais", Texts: i.Texts}
}
