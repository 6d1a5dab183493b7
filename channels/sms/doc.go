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
package sms
