// Package twilio is what the channels that go through Twilio have in common: the
// way to an account (account.go, call.go), what its refusals mean (meaning.go,
// failure.go), and what it posts to us (callbacks.go). What a channel says, and what
// the codes of its own product mean, is the channel's.
//
// twilio-go builds the requests and reads the answers. It takes no context,
// keeps no connections and puts Twilio's own words, which quote the number,
// into its errors; so it is given a client of ours (call.go) for each call.
package twilio
