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
// Where the server takes commands in groups, those of the mail that waits longest
// go out behind the text of the one under way (RFC 2920, 3.1), and the connection
// goes on to it without a stop at idle.
//
// Invariants:
//
//   - No mail is handed over twice by one Send: only what precedes the text is
//     ever repeated.
//   - A connection that goes back to the pool has no transaction under way. One
//     that is handed on has one mail's commands in it, and that mail has it.
//   - Of a mail that was begun behind another no text has left.
//   - An error holds reply codes, never the text of a reply: servers quote the
//     recipient's address in it (PLP.md, rule 12).
//
// Failures:
//
//	no connection, or lost before the text     retryable; nothing left
//	refused with 4xx                           retryable, or throttled
//	refused with 5xx                           gone if the mailbox does not exist, else rejected
//	lost before a mail that was begun got on   that mail goes over another connection
//	lost between the text and its answer       ambiguous; a repeat has the same Message-ID
//	the server refuses our password            retryable in five minutes, and an error in the log
package email
