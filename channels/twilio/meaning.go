package twilio

import (
	"maps"
	"net/http"
	"time"

	"relais/channels"
)

// Terms are what a channel makes of Twilio's refusals.
type Terms struct {
	Meanings map[int]Meaning // of its codes, besides those that every product has
	Refuses  string          // why, of a code that nobody knows: "the provider refuses the message"
	Calling  string          // what failed without an answer: "call the SMS provider"
	Stands   string          // for operators, when our account or settings are refused: "no SMS can be sent"
	Remedy   string          // and what to check
}

// Meaning is what an error of Twilio's says about the delivery.
type Meaning struct {
	Class channels.Class
	Why   string // for a coordinator
	// After is when to try again where Twilio gives no Retry-After.
	After time.Duration
	// Ours: it says nothing of the recipient. Retryable, nothing can go until an
	// operator acts, so it is logged loudly; Throttled, the provider wants fewer calls.
	Ours bool
	// Down: the provider has a fault of its own.
	Down bool
}

// OurFault is when a delivery is tried again that was refused because of our
// account or our settings: the delivery is good.
const OurFault = 5 * time.Minute

// Ours is the meaning of a code that speaks of our account or our settings.
func Ours(why string) Meaning {
	return Meaning{Class: channels.Retryable, Why: why, After: OurFault, Ours: true}
}

// All are the meanings of the codes of every product
// (https://www.twilio.com/docs/api/errors), and of the channel's own.
func (t Terms) All() map[int]Meaning {
	all := map[int]Meaning{
		20003: Ours("the provider refuses our account or token"),
		20005: Ours("our account is not active"),
		20404: Ours("the provider does not know our account"),
		20429: slower(),
		21609: Ours("the provider refuses our callback address"),
	}
	maps.Copy(all, t.Meanings)
	return all
}

func slower() Meaning {
	return Meaning{Class: channels.Throttled, Why: "the provider asks us to slow down", Ours: true}
}

// byStatus is the meaning of an answer whose code nobody knows.
func (t Terms) byStatus(status int) Meaning {
	switch {
	case status == http.StatusTooManyRequests:
		return slower()
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return Ours("the provider refuses our account or token")
	case status == http.StatusNotFound || status >= 300 && status <= 399:
		return Ours("the provider's address is not right")
	case status >= 500 || status == http.StatusRequestTimeout:
		return Meaning{Class: channels.Retryable, Why: "the provider has a fault", Down: true}
	}
	return Meaning{Class: channels.Rejected, Why: t.Refuses}
}
