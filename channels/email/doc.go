// Package email carries deliveries by SMTP (RFC 5321).
//
// A mail is rendered once for all who read the same (render.go), and what
// differs between recipients is spliced in (splice.go). It goes out over a
// pool of kept connections, which go-mail dials, secures and speaks:
//
//	          ┌── idle too long, max_per_connection, Close ──► QUIT
//	          │
//	dial ──► idle ──take──► in use ──taken, or refused and RSET──► idle
//	  ▲                       │ │
//	  │                       │ └─ anything unclear ──► dropped
//	  └── once, within the ───┘
//	      same Send: a kept connection was dead before a byte of the mail left
//
// Mails that wait for a connection go together where the server takes BDAT (RFC
// 3030; together.go): up to sixteen, each with its text, before an answer is read.
// So a server that is 50 ms away gets sixteen mails in that time and not one. The
// most urgent wait in front, and a mail that need not wait goes alone. The server
// may say nothing before the last text, so that a cut leaves all of them in doubt;
// a connection that rested is asked first whether it still leads anywhere.
//
// Where the server has no BDAT but takes commands in groups, those of the mail
// that waits longest go out behind the text of the one under way (RFC 2920, 3.1),
// and the connection goes on to it without a stop at idle.
//
// Invariants:
//
//   - No mail is handed over twice by one Send: only what precedes the text is
//     ever repeated.
//   - A connection that goes back to the pool has no transaction under way. One
//     that is handed on has one mail's commands in it, and that mail has it.
//   - Of a mail that was begun behind another no text has left.
//   - Of mails that go together each has an answer of its own, or is in doubt, or
//     waits again; the last only if the server has taken none of it.
//   - An error holds reply codes, never the text of a reply: servers quote the
//     recipient's address in it (PLP.md, rule 12).
//
// Failures:
//
//	no connection, or lost before the text     retryable; nothing left
//	refused with 4xx                           retryable, or throttled
//	refused with 5xx                           gone if the mailbox does not exist, else rejected
//	lost before a mail that was begun got on   that mail goes over another connection
//	lost between the text and its answer       ambiguous, and so are those that went together
//	                                           behind it; a repeat has the same Message-ID
//	421 among mails that go together           that one throttled; those behind it have their
//	                                           answers, or wait again when the connection ends
//	RSET among them is refused                 the same: the server ends the connection
//	the text of a refused mail is taken        the server is out of step: in doubt from there on
//	the server refuses our password            retryable in five minutes, and an error in the log
package email
