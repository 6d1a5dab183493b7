package sms

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
	// ours: it says nothing of the recipient. Retryable, no message can go until an
	// operator acts, so it is logged loudly; Throttled, the provider wants fewer calls.
	ours bool
	// down: the provider has a fault of its own.
	down bool
}

// ourFault is when a delivery is tried again that was refused because of our
// account or our settings: the delivery is good.
const ourFault = 5 * time.Minute

// meanings lists what Twilio's codes mean, those of calls and those of status
// callbacks alike (https://www.twilio.com/docs/api/errors).
//
// 21612 ("cannot be connected from this sender") does not close the address:
// a wrong sender of ours gives it for every number.
func meanings() map[int]meaning {
	return map[int]meaning{
		// The number.
		21211: {class: channels.Gone, why: "this is not a phone number"},
		21614: {class: channels.Gone, why: "this is not a mobile number"},
		21635: {class: channels.Gone, why: "this is a landline"},
		30005: {class: channels.Gone, why: "this number is not in service"},
		30006: {class: channels.Gone, why: "this is a landline, or its operator takes no SMS"},
		21610: {class: channels.OptedOut, why: "the recipient answered STOP"},

		// This message to this number.
		21408: {class: channels.Rejected, why: "the account may not send to this country"},
		21602: {class: channels.Rejected, why: "the message is empty"},
		21604: {class: channels.Rejected, why: "the message has no recipient"},
		21608: {class: channels.Rejected, why: "a trial account sends to verified numbers only"},
		21612: {class: channels.Rejected, why: "this sender cannot reach this number"},
		21617: {class: channels.Rejected, why: "the message is too long"},
		30004: {class: channels.Rejected, why: "the phone or its operator blocks us"},
		30007: {class: channels.Rejected, why: "the operator's filter stopped the message"},
		30010: {class: channels.Rejected, why: "the message would cost more than allowed"},
		30036: {class: channels.Rejected, why: "the message ran out of time in the provider's queue"},

		// Later.
		14107: {class: channels.Throttled, why: "too many messages between two numbers", after: 30 * time.Second},
		20429: {class: channels.Throttled, why: "the provider asks us to slow down", ours: true},
		21611: {class: channels.Throttled, why: "the sender's queue is full", after: time.Minute, ours: true},
		30001: {class: channels.Retryable, why: "the sender's queue is full", after: time.Minute},
		30003: {class: channels.Retryable, why: "the phone is off or out of reach", after: 5 * time.Minute},
		30008: {class: channels.Retryable, why: "the operator gave no reason", after: time.Minute},
		30017: {class: channels.Retryable, why: "the operator's network is congested", after: time.Minute},

		// Our account, our settings.
		20003: {class: channels.Retryable, why: "the provider refuses our account or token", after: ourFault, ours: true},
		20005: {class: channels.Retryable, why: "our account is not active", after: ourFault, ours: true},
		20404: {class: channels.Retryable, why: "the provider does not know our account", after: ourFault, ours: true},
		21212: {class: channels.Retryable, why: "our sender is not valid", after: ourFault, ours: true},
		21603: {class: channels.Retryable, why: "no sender is set", after: ourFault, ours: true},
		21606: {class: channels.Retryable, why: "our sender cannot send SMS", after: ourFault, ours: true},
		21609: {class: channels.Retryable, why: "the provider refuses our callback address", after: ourFault, ours: true},
		21659: {class: channels.Retryable, why: "our sender is not ours", after: ourFault, ours: true},
		21660: {class: channels.Retryable, why: "our sender belongs to another account", after: ourFault, ours: true},
		21703: {class: channels.Retryable, why: "our messaging service has no sender", after: ourFault, ours: true},
		21705: {class: channels.Retryable, why: "our messaging service does not exist", after: ourFault, ours: true},
		30002: {class: channels.Retryable, why: "our account is suspended", after: ourFault, ours: true},
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
	return meaning{class: channels.Rejected, why: "the provider refuses the message"}
}

// unreported is the meaning of a failure whose code is not in the table.
func unreported() meaning {
	return meaning{class: channels.Retryable, why: "the operator gave no reason"}
}
