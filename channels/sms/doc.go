// Package sms sends text messages through Twilio.
//
// A call to Send, and what becomes of it:
//
//	Content ──► render (once per Content.Key) ──► + this recipient's link ──► POST Messages.json
//	                                                                            │
//	  no connection ─────────────────────────────────────────────► Retryable    │
//	  connection, but no whole answer ───────────────────────────► Ambiguous ◄──┤
//	  error answer ──► codes.go ──► Retryable, Throttled, Gone, OptedOut, …  ◄──┤
//	  taken ──► Receipt with Twilio's SID                                    ◄──┘
//	  later, if a callback base is set: status callback ──► ParseReport ──► Report
//
// twilio-go builds the requests and reads the answers. It takes no context,
// keeps no connections and puts Twilio's own words, which quote the number,
// into its errors; so it is given a client of ours (call.go) for each call.
package sms
