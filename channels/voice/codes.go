package voice

import (
	"time"

	"relais/channels"
	"relais/channels/twilio"
)

// terms are what a refused call means.
func terms() twilio.Terms {
	return twilio.Terms{
		Meanings: meanings(),
		Refuses:  "the provider refuses the call",
		Calling:  "call the telephone provider",
		Stands:   "nobody can be called",
		Remedy:   "check account_sid, auth_token and from; calls wait",
	}
}

// meanings lists what Twilio's codes mean for a call
// (https://www.twilio.com/docs/api/errors).
func meanings() map[int]twilio.Meaning {
	return map[int]twilio.Meaning{
		// The number.
		13223: {Class: channels.Gone, Why: "this is not a phone number"},
		13224: {Class: channels.Gone, Why: "this is not a phone number"},
		21211: {Class: channels.Gone, Why: "this is not a phone number"},
		21217: {Class: channels.Gone, Why: "this is not a phone number"},

		// This call to this number.
		13225: {Class: channels.Rejected, Why: "the provider does not call this number"},
		13226: {Class: channels.Rejected, Why: "the account may not call this country"},
		13227: {Class: channels.Rejected, Why: "the account may not call this country"},
		21201: {Class: channels.Rejected, Why: "the call has no recipient"},
		21202: {Class: channels.Rejected, Why: "the provider does not call premium numbers"},
		21203: {Class: channels.Rejected, Why: "the account may not call other countries"},
		21214: {Class: channels.Rejected, Why: "this number cannot be reached"},
		21215: {Class: channels.Rejected, Why: "the account may not call this country"},
		21216: {Class: channels.Rejected, Why: "the provider blocks calls to this number"},
		21219: {Class: channels.Rejected, Why: "a trial account calls verified numbers only"},

		// Later.
		10004: {Class: channels.Throttled, Why: "too many calls at once", After: 30 * time.Second, Ours: true},

		// Our account, our settings.
		10001: twilio.Ours("our account is not active"),
		10002: twilio.Ours("our account may not call"),
		10003: twilio.Ours("our account may not call"),
		21205: twilio.Ours("the provider refuses our callback address"),
		21210: twilio.Ours("our number is not verified"),
		21212: twilio.Ours("our number is not valid"),
		21213: twilio.Ours("no number is set to call from"),
	}
}
