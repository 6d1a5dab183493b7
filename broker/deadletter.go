package broker

import (
	"time"

	"github.com/google/uuid"
)

// DeadLetter is an event that a step gave up on. It is kept until somebody
// replays or discards it.
type DeadLetter struct {
	ID       uuid.UUID `json:"id"`
	Subject  Subject   `json:"subject"`
	EventID  string    `json:"eventId,omitempty"`
	Data     []byte    `json:"-"`      // never listed: it may hold a text
	Reason   string    `json:"reason"` // one sentence that names the field or the fault
	Attempts int       `json:"attempts"`
	At       time.Time `json:"at"`
	Replayed time.Time `json:"replayed,omitzero"`
}
