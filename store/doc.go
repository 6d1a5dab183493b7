// Package store keeps the directory (partnerships, plans, people) and the
// ledger (messages, approvals, deliveries) in SQL. SQLite is the default;
// PostgreSQL lets several nodes share one ledger. Both run the same text.
//
// The contract of the ledger stands in package dispatch, at its interfaces
// Directory, Ledger and Replayer; *Store satisfies them. Every method is one
// transaction and may be repeated.
//
// Invariants, and what holds them:
//
//   - One unsuppressed delivery for each message revision, channel and address:
//     the unique index deliveries_once, over the rows that are not apart. It holds
//     with any number of nodes, and when Redis or a stream is lost. Who writes the
//     state 'suppressed' writes apart = 1 with it, and nobody takes it back.
//   - One approval owes a person a message: the primary key of recipients.
//   - A delivery only moves as channels.State.CanBecome says: the WHERE of each
//     update, never a read before it.
//   - What can still change has a next_at, and deliveries_due finds it.
//
// How rows travel: tx.each runs one statement for many rows, as a prepared
// statement in a loop on SQLite and as one pipelined batch on PostgreSQL, so
// that the text is the same and no row costs a round trip.
//
// Failures:
//
//	two nodes write the same rows    both lock them in the order of ids; a deadlock or a
//	                                 busy database is tried again inside (tx.go)
//	crash within a method            nothing of it is there
//	crash after it                   all of it is there (WAL with synchronous=FULL)
//	database newer than the program  Open refuses, in one sentence
package store
