package channels

import (
	"errors"
	"fmt"
	"time"
)

// Class says what a failed Send means. The list is closed.
type Class string

// What a provider can answer other than yes.
const (
	Retryable Class = "retryable" // not taken; the same call may succeed later
	Throttled Class = "throttled" // not taken; not before After
	Gone      Class = "gone"      // the address does not exist (any more): close it
	OptedOut  Class = "opted-out" // the recipient told the provider to stop: close it
	Rejected  Class = "rejected"  // this delivery will never be taken
	Ambiguous Class = "ambiguous" // nobody knows whether it was taken
)

// Permanent says whether repeating the call on this channel is of no use.
func (c Class) Permanent() bool { return c == Gone || c == OptedOut || c == Rejected }

// ClosesAddress says whether the address must not be used again.
func (c Class) ClosesAddress() bool { return c == Gone || c == OptedOut }

// SendError is why a delivery was not, or perhaps not, taken.
type SendError struct {
	Class Class
	After time.Duration // for Throttled and Retryable: the provider's Retry-After; 0 if it gave none
	Code  string        // the provider's code ("21610", "550 5.1.1", "410"), for operators
	Ours  bool          // for Retryable: the provider refuses us and our account; for Throttled: it wants fewer of all our calls. Whoever the recipient is
	Down  bool          // for Retryable and Ambiguous: the provider did not answer or has a fault of its own, whoever the recipient is
	Err   error         // without address, text or secret
}

func (e *SendError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("%s: %v", e.Class, e.Err)
	}
	return fmt.Sprintf("%s (%s): %v", e.Class, e.Code, e.Err)
}

func (e *SendError) Unwrap() error { return e.Err }

// AsSendError returns the *SendError in err, or an Ambiguous one around it.
func AsSendError(err error) *SendError {
	var sendErr *SendError
	if errors.As(err, &sendErr) {
		return sendErr
	}
	return &SendError{Class: Ambiguous, Err: err}
}
