// Package sandbox stands in for the providers on the wire, so that the
// channels run their real code with no account, no cost and no risk of
// reaching a real person:
//
//	SMTP        any mail, RFC 5321 with PIPELINING, 8BITMIME, SMTPUTF8
//	Twilio      POST and GET /2010-04-01/Accounts/{sid}/Messages.json, status callbacks
//	Web Push    POST /push/{token}, RFC 8030, 8188, 8291, 8292
//	outbox      GET /outbox: what each recipient sees, live
//	texts       GET and POST /texts, POST /texts.json: what people write back
//	faults      GET and PUT /faults/{channel}
//
// One message, followed:
//
//	request ──► faults ──► checks of the provider ──► record ──► answer
//	            refuse,    credentials, address,      │
//	            error,     signature, ciphertext      ├─► counters, for good
//	            throttle                              ├─► the newest Keep, for the outbox
//	                                                  ├─► watchers (OnItem)
//	                                                  └─► callbacks (Twilio)
//
// Invariants:
//
//   - What was answered with success was recorded before; what was recorded may
//     yet be answered with a cut connection (Faults.CutRate).
//   - Counters are exact and stay small; bodies are kept for the newest Keep only.
//   - Nothing outlives the process, and nothing leaves the machine except the
//     callbacks, which go where the request asked.
//
// It is a stand-in, not a gate: it listens on loopback, its outbox needs no
// sign-in, and its push subscriptions accept any application server's key.
package sandbox
