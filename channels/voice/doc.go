// Package voice calls members and reads messages aloud, through Twilio: for
// landlines, which take no SMS, and for those who prefer it (PLP.md, rule 9).
//
// A call, and what becomes of it:
//
//	Content ──► TwiML within the request ──► POST Calls.json ──► Receipt with Twilio's SID
//	                                            │
//	   no connection, a refusal, no answer ◄────┘   as for an SMS: codes.go
//
//	the telephone rings ──► busy, nobody, hung up on by policy ──► missed: tried again, then failed
//	     │                  does not exist ──► failed
//	     ├─ answered, key 1 ──► delivered: somebody says that they heard it
//	     ├─ answered, key 9 or another ──► it is said again
//	     ├─ answered, no key ──► accepted: it was said, nobody confirmed it
//	     └─ a machine ──► accepted with the message left; or hung up and missed
//
// Twilio says so on three addresses of ours below /callbacks/voice, each with
// the delivery, the attempt and the language: status, key and machine
// (report.go). The ends may come in any order and twice: see TestOutcomes.
package voice
