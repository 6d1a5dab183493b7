package broker

import (
	"context"
	"fmt"
	"time"
)

// Subject is where an event goes: dot-separated tokens, as in NATS.
type Subject string

// Event is one piece of work handed from one step to the next.
type Event struct {
	Subject Subject
	ID      string // the sender's name for it; the broker drops repeats
	Data    []byte // JSON
	Attempt int    // 1 the first time it is handed out
}

// Publisher stores an event durably. Nil means stored, or stored before under
// the same ID; on an error the caller may publish again under that ID.
type Publisher interface {
	Publish(ctx context.Context, e Event) error
}

// Handler does one step. Its answer says what comes next:
//   - nil: done, its output is stored, the event is gone;
//   - *RetryError: hand it out again after that time;
//   - *DropError: it can never succeed; it becomes a DeadLetter;
//   - any other error: hand it out again with growing pauses, and make it a
//     DeadLetter when the attempts are used up.
//
// Every step may run twice with the same event.
type Handler func(ctx context.Context, e Event) error

// RetryError asks for the event again, not before After has passed.
type RetryError struct {
	After time.Duration
	Err   error
}

func (e *RetryError) Error() string { return fmt.Sprintf("again in %s: %v", e.After, e.Err) }
func (e *RetryError) Unwrap() error { return e.Err }

// DropError says that the event can never succeed, and why in one sentence
// that an operator may read.
type DropError struct{ Err error }

func (e *DropError) Error() string { return e.Err.Error() }
func (e *DropError) Unwrap() error { return e.Err }
