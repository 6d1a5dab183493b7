// Package channels says what a channel is: something that carries one Delivery
// to one Address and answers with a Receipt or with one of a closed list of
// errors. Each provider lives in a folder of its own below and passes the
// suite in channeltest.
//
// A delivery moves along these states, and never back (State.CanBecome):
//
//	             ┌──────────── retryable, throttled, handed back ──────────┐
//	             ▼     (held, where quiet hours or a pause began meanwhile)│
//	plan ──► pending ──claim──► calling ──► accepted ──► delivered         │
//	 │  ▲       │                 │  │          └──────► failed ─► next    │
//	 │  └─held  │                 │  └─ rejected, gone ─► failed    channel│
//	 │          │                 └─ crash, cut ──► unknown ─ repeat ──────┘
//	 │          └─► expired, suppressed                └────► accepted | delivered | failed
//	 └─► digested ─► accepted | delivered | failed | expired   (with the digest it went out in)
//	 └─► suppressed (duplicate, no channel)
//
// One way leads back: a report that this attempt was missed (a telephone that
// nobody answered, State.CanMiss) makes it pending again while tries are left.
// And where a provider reports one attempt as both failed and delivered, it was
// delivered, whichever word came first.
//
// Invariants:
//
//   - The row says calling, with the attempt's number, before the provider is called.
//   - A row that can still change has a time at which a sweep looks at it again.
//   - A late report of a lower state is logged, never written.
//
// Failures:
//
//	crash between claim and call      calling; its lease ends; unknown
//	crash between call and outcome    the same: nobody can tell the two apart
//	unknown                           the channel is asked (dispatch.Finder); else repeated
//	                                  only where "rather twice than never" holds, that is
//	                                  for immediate messages; else it stays unknown
//	provider down                     pending again, later; expired at last
package channels
