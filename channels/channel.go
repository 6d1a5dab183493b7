package channels

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// Channel carries deliveries to one provider. Send is called from many
// goroutines at once.
//
// Nil error: the provider has taken the delivery, and Receipt says under which
// reference. Otherwise the error is a *SendError, whose Class says what comes
// next; any other error counts as Ambiguous, for nobody can tell whether the
// provider took it. Send returns within the time that ctx leaves it. It never
// repeats a call on its own, and never puts an address, a text or a secret
// into an error.
type Channel interface {
	Send(ctx context.Context, d Delivery) (Receipt, error)
}

// Name names a channel, as plans, subjects and configuration do.
type Name string

// The channels that a communication plan can name.
const (
	SMS   Name = "sms"
	Email Name = "email"
	Push  Name = "push"
	Voice Name = "voice"
)

// DeliveryID names one delivery for good: the same message revision, member,
// channel and address always have the same one.
type DeliveryID struct{ uuid.UUID }

// ParseDeliveryID reads the 36-character form.
func ParseDeliveryID(s string) (DeliveryID, error) {
	id, err := uuid.Parse(s)
	return DeliveryID{id}, err
}

// Delivery is one message for one address on one channel.
type Delivery struct {
	ID       DeliveryID
	Attempt  int // from 1
	To       Address
	Content  *Content // shared by every recipient who reads the same; never changed
	Links    Links
	Priority broker.Priority
	NotAfter time.Time  // the provider should give up then
	Corrects DeliveryID // the delivery to this address that this one corrects or withdraws; zero: none
	Since    time.Time  // of a call whose outcome nobody knows: it was not made before; zero: not known
}

// Links are this recipient's own pages. Each is a capability: whoever holds it
// can use it, GET changes nothing. Empty ones are left out of the text.
type Links struct {
	Decide      string // an approver's page for this approval
	Open        string // the message as a page
	Unsubscribe string // RFC 8058 one-click target; also a page for people
}

// Format writes a placeholder for every verb, for whoever holds a link can use it.
func (Links) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[links]") }

// LogValue keeps the links out of structured logs.
func (Links) LogValue() slog.Value { return slog.StringValue("[links]") }

// Format names the delivery for every verb and leaves out address, texts and links.
func (d Delivery) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "[delivery "+d.ID.String()+"]")
}

// LogValue names the delivery and leaves out address, texts and links.
func (d Delivery) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", d.ID.String()), slog.Int("attempt", d.Attempt))
}

// Receipt is a provider's word that it has taken a delivery.
type Receipt struct {
	Ref    string // the provider's name for it; empty if it gives none
	Awaits bool   // the provider will report whether it arrived
	Units  int    // what the provider asks money for: parts of an SMS, minutes begun of a call as long as its text
}

// Report is a provider's later word on a delivery that it took.
type Report struct {
	Delivery DeliveryID
	Ref      string
	State    State  // Accepted, Delivered or Failed
	Code     string // the provider's error code, if any
	Class    Class  // for Failed: why, as Send would have said; for Delivered: OptedOut if its reader complained
	At       time.Time

	// For channels whose provider says later that nobody took the delivery, as
	// when a telephone is not answered.
	Attempt int           // the attempt that it speaks of, from 1; 0: the provider does not say
	Tries   int           // for Failed: as long as fewer attempts have been missed, another follows; 0: none does
	After   time.Duration // the pause before that one
	Last    bool          // for Accepted: nothing more is awaited, though it may still come
}
