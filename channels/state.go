package channels

import "slices"

// State is how far a delivery has come; doc.go has the picture.
type State string

// The states of a delivery.
const (
	Pending    State = "pending"    // to be sent
	Held       State = "held"       // waits for the end of quiet hours or a pause
	Digested   State = "digested"   // waits for, or went out in, a digest
	Calling    State = "calling"    // the provider is being called
	Unknown    State = "unknown"    // the call was cut: perhaps taken, perhaps not
	Accepted   State = "accepted"   // the provider has taken it
	Delivered  State = "delivered"  // the provider reports that it arrived
	Failed     State = "failed"     // it will not arrive on this channel
	Suppressed State = "suppressed" // deliberately not sent; the reason says why
	Expired    State = "expired"    // its time ran out before it could be sent
)

// Reason says why a delivery was suppressed or failed.
type Reason string

// Reasons of Relais itself; a failed delivery has its Class as reason.
const (
	ReasonDuplicate Reason = "duplicate"  // the person got it through another partnership or row
	ReasonNoChannel Reason = "no-channel" // no channel of the rule reaches this member
	ReasonLeft      Reason = "left"       // left the partnership, or closed the address, before it went
	ReasonCancelled Reason = "cancelled"  // the police withdrew the message before it went
	ReasonRefused   Reason = "refused"    // of what failed: the provider refuses our account, does not answer or lets us wait, and the message could not wait
	ReasonLoop      Reason = "loop"       // the same text went to this address too often within minutes
)

// States lists every state in the order in which reports show them.
func States() []State {
	return []State{Pending, Held, Digested, Calling, Unknown, Accepted, Delivered, Failed, Suppressed, Expired}
}

// CanBecome says whether a delivery may move from s to next.
func (s State) CanBecome(next State) bool {
	return slices.Contains(s.next(), next)
}

// CanMiss says whether a delivery in s may turn out to have been missed, as a
// call that nobody answered, and go back to Pending for another attempt. That
// is no move of the table above: only a report about this very attempt makes it.
func (s State) CanMiss() bool { return s == Calling || s == Unknown || s == Accepted }

// Before lists the states from which a delivery may become s, for the WHERE of an update.
func (s State) Before() []State {
	return slices.DeleteFunc(States(), func(from State) bool { return !from.CanBecome(s) })
}

func (s State) next() []State {
	switch s {
	case Pending:
		return []State{Calling, Held, Digested, Suppressed, Expired}
	case Held:
		return []State{Pending, Digested, Suppressed, Expired}
	case Digested:
		return []State{Accepted, Delivered, Failed, Suppressed, Expired}
	case Calling:
		return []State{Pending, Held, Unknown, Accepted, Delivered, Failed, Suppressed, Expired}
	case Unknown:
		return []State{Pending, Accepted, Delivered, Failed, Expired}
	case Accepted:
		return []State{Delivered, Failed}
	case Failed: // a provider that says both is believed the better: decision 0031
		return []State{Delivered}
	}
	return nil
}
