package subscribers

import (
	"time"

	"relais/broker"
	"relais/channels"
)

// Vitals says how the work stands, in numbers only.
type Vitals struct {
	Deliveries  map[channels.State]Queued // that can still change
	Approvals   map[ApprovalState]Queued  // that wait for somebody
	Unplanned   Queued                    // granted, and not planned
	DeadLetters map[broker.Stage]Queued   // not replayed
	Incidents   map[IncidentKind]int      // that nobody has acknowledged
	Slots       Queued                    // digests that ought to have left
}

// Queued is how many wait in one state.
type Queued struct {
	Count  int
	Oldest time.Time // when the oldest was written; zero: there is none
	Due    time.Time // when the first ought to move on; zero: there is none
}

// IncidentKinds lists every kind.
func IncidentKinds() []IncidentKind {
	return []IncidentKind{IncidentLoop, IncidentRefused, IncidentDown, IncidentDead, IncidentPasskey}
}
