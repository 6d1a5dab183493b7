package voice

import (
	"net/http"
	"time"

	"relais/channels"
)

// meaning is what an error of Twilio's says about the delivery.
type meaning struct {
	class channels.Class
	why   string // for a coordinator
	// after is when to try again where Twilio gives no Retry-After.
	after time.Duration
	// ours: it says nothing of the recipient. Retryable, nobody can be called until an
	// operator acts, so it is logged loudly; Throttled, the provider wants fewer calls.
	ours bool
	// down: the provider has a fault of its own.
	down bool
}

// ourFault is when a delivery is tried again that was refused because of our
// account or our settings: the delivery is good.
const ourFault = 5 * time.Minute

// meanings lists what Twilio's codes mean for a call
// (https://www.twilio.com/docs/api/errors).
func meanings() map[int]meaning {
	return map[int]meaning{
		// The number.
		13223: {class: channels.Gone, why: "this is not a phone number"},
		13224: {class: channels.Gone, why: "this is not a phone number"},
		21211: {class: channels.Gone, why: "this is not a phone number"},
		21217: {class: channels.Gone, why: "this is not a phone number"},

		// This call to this number.
		13225: {class: channels.Rejected, why: "the provider does not call this number"},
		13226: {class: channels.Rejected, why: "the account may not call this country"},
		13227: {class: channels.Rejected, why: "the account may not call this country"},
		21201: {class: channels.Rejected, why: "the call has no recipient"},
		21202: {class: channels.Rejected, why: "the provider does not call premium numbers"},
		21203: {class: channels.Rejected, why: "the account may not call other countries"},
		21214: {class: channels.Rejected, why: "this number cannot be reached"},
		21215: {class: channels.Rejected, why: "the account may not call this country"},
		21216: {class: channels.Rejected, why: "the provider blocks calls to this number"},
		21219: {class: channels.Rejected, why: "a trial account calls verified numbers only"},

		// Later.
		10004: {class: channels.Throttled, why: "too many calls at once", after: 30 * time.Second, ours: true},
		20429: {class: channels.Throttled, why: "the provider asks us to slow down", ours: true},

		// Our account, our settings.
		10001: {class: channels.Retryable, why: "our account is not active", after: ourFault, ours: true},
		10002: {class: channels.Retryable, why: "our account may not call", after: ourFault, ours: true},
		10003: {class: channels.Retryable, why: "our account may not call", after: ourFault, ours: true},
		20003: {class: channels.Retryable, why: "the provider refuses our account or token", after: ourFault, ours: true},
		20005: {class: channels.Retryable, why: "our account is not active", after: ourFault, ours: true},
		20404: {class: channels.Retryable, why: "the provider does not know our account", after: ourFault, ours: true},
		21205: {class: channels.Retryable, why: "the provider refuses our callback address", after: ourFault, ours: true},
		21210: {class: channels.Retryable, why: "our number is not verified", after: ourFault, ours: true},
		21212: {class: channels.Retryable, why: "our number is not valid", after: ourFault, ours: true},
		21213: {class: channels.Retryable, why: "no number is set to call from", after: ourFault, ours: true},
		21609: {class: channels.Retryable, why: "the provider refuses our callback address", after: ourFault, ours: true},
	}
}

// byStatus is the meaning of an answer whose code is not in the table.
func byStatus(status int) meaning {
	switch {
	case status == http.StatusTooManyRequests:
		return meaning{class: channels.Throttled, why: "the provider asks us to slow down", ours: true}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return meaning{class: channels.Retryable, why: "the provider refuses our account or token", after: ourFault, ours: true}
	case status == http.StatusNotFound || status >= 300 && status <= 399:
		return meaning{class: channels.Retryable, why: "the provider's address is not right", after: ourFault, ours: true}
	case status >= 500 || status == http.StatusRequestTimeout:
		return meaning{class: channels.Retryable, why: "the provider has a fault", down: true}
	}
	return meaning{class: channels.Rejected, why: "the provider refuses the call"}
}
