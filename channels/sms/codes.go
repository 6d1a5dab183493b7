package sms

import (
	"time"

	"relais/channels"
	"relais/channels/twilio"
)

// terms are what a refused SMS means.
func terms() twilio.Terms {
	return twilio.Terms{
		Meanings: meanings(),
		Refuses:  "the provider refuses the message",
		Calling:  "call the SMS provider",
		Stands:   "no SMS can be sent",
		Remedy:   "check account_sid, auth_token, from and messaging_service_sid; messages wait",
	}
}

// meanings lists what Twilio's codes mean, those of calls and those of status
// callbacks alike (https://www.twilio.com/docs/api/errors).
//
// 21612 ("cannot be connected from this sender") does not close the address:
// a wrong sender of ours gives it for every number.
func meanings() map[int]twilio.Meaning {
	return map[int]twilio.Meaning{
		// The number.
		21211: {Class: channels.Gone, Why: "this is not a phone number"},
		21614: {Class: channels.Gone, Why: "this is not a mobile number"},
		21635: {Class: channels.Gone, Why: "this is a landline"},
		30005: {Class: channels.Gone, Why: "this number is not in service"},
		30006: {Class: channels.Gone, Why: "this is a landline, or its operator takes no SMS"},
		21610: {Class: channels.OptedOut, Why: "the recipient answered STOP"},

		// This message to this number.
		21408: {Class: channels.Rejected, Why: "the account may not send to this country"},
		21602: {Class: channels.Rejected, Why: "the message is empty"},
		21604: {Class: channels.Rejected, Why: "the message has no recipient"},
		21608: {Class: channels.Rejected, Why: "a trial account sends to verified numbers only"},
		21612: {Class: channels.Rejected, Why: "this sender cannot reach this number"},
		21617: {Class: channels.Rejected, Why: "the message is too long"},
		30004: {Class: channels.Rejected, Why: "the phone or its operator blocks us"},
		30007: {Class: channels.Rejected, Why: "the operator's filter stopped the message"},
		30010: {Class: channels.Rejected, Why: "the message would cost more than allowed"},
		30036: {Class: channels.Rejected, Why: "the message ran out of time in the provider's queue"},

		// Later.
		14107: {Class: channels.Throttled, Why: "too many messages between two numbers", After: 30 * time.Second},
		21611: {Class: channels.Throttled, Why: "the sender's queue is full", After: time.Minute, Ours: true},
		30001: {Class: channels.Retryable, Why: "the sender's queue is full", After: time.Minute},
		30003: {Class: channels.Retryable, Why: "the phone is off or out of reach", After: 5 * time.Minute},
		30008: {Class: channels.Retryable, Why: "the operator gave no reason", After: time.Minute},
		30017: {Class: channels.Retryable, Why: "the operator's network is congested", After: time.Minute},

		// Our account, our settings.
		21212: twilio.Ours("our sender is not valid"),
		21603: twilio.Ours("no sender is set"),
		21606: twilio.Ours("our sender cannot send SMS"),
		21659: twilio.Ours("our sender is not ours"),
		21660: twilio.Ours("our sender belongs to another account"),
		21703: twilio.Ours("our messaging service has no sender"),
		21705: twilio.Ours("our messaging service does not exist"),
		30002: twilio.Ours("our account is suspended"),
	}
}
