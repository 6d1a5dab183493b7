// Package dispatch is the pipeline that carries one message from the police to
// the members, one step a file:
//
//	relais.message.<zone>      route.go    which partnerships, one approval each
//	                           ahead.go    the first page of what the plan grants at once
//	                           approve.go  a decision moves an approval
//	relais.approval.<id>       plan.go     rule × members → entries, called or queued page by page
//	                           atonce.go   a page that a sender of this node has a place for
//	relais.work.<chan>.<prio>  send.go     claim, call the channel, record
//	                           report.go   what the provider says later
//	                           digest.go   due slots → one digest per person
//	                           sweep.go    deadlines, retries, lost jobs
//
// What is due when it is planned is written as Calling and called by the node that
// planned it, three pages of a priority and channel at most; behind them pages are
// queued as jobs, for any node. The first page of what the plan grants at once is
// read while the ledger writes the grant, and called by the node that routed the
// message; the event that announces the plan says after whom it goes on.
//
// A job's lease has three parts: calls begin in its first half, those under way
// end in its third quarter at the latest, outcomes are written in the rest.
//
// The ledger's rows are the truth. Events only say that there is work, so each
// may be lost (a sweep finds the row) and each may come twice (the row has
// moved on). A step acks only after its output is stored.
//
//	crash in…                     what is left               who repairs it
//	route, before Open            the event                  the broker hands it out again
//	route, after Open             asks and grants unqueued   sweep: NextAt, UnplannedApprovals
//	route, after the first page   entries calling            as plan, Begin to Record; the rest as above
//	plan, between pages           approval not planned       the broker, or UnplannedApprovals
//	plan, Begin to Record         entries calling            as send, Claim to Record: nobody had a job for them
//	send, before Claim            entries pending            the broker, or sweep: NextAt
//	send, Claim to Record         entries calling            sweep: lease over → unknown → reconciled
//	send, Record fails            outcomes in memory         persist.go, until the lease is over; then as above
//	send, after Record            nothing                    a second job finds nothing to claim
//	digest, between pages         slot open                  sweep: the slot's lease ends
//	a person's way comes to nothing  duplicates due             sweep: standIn asks the other partnership's plan
//
// Before a call, and before a text is answered, Breaker says whether the same
// text has gone to that address too often (loops.go). While Redis is away each
// node counts alone, so that a loop goes round once for each node; while no
// incident can be written, what a loop would send waits. Losing either costs
// time, never a message.
//
// When the calls of a channel help nobody, because its provider refuses us, does
// not answer or wants fewer of them, its senders stand still (standstill.go): no
// attempt is counted, what is urgent takes the plan's next channel, one trial
// finds out when to go on. Retries have a budget (retries.go).
//
// What a step needs from elsewhere stands here as an interface: Directory and
// Ledger (ledger.go), Seen (seen.go), Breaker (breaker.go).
package dispatch
