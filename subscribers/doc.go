// Package subscribers holds the nouns of level 2, the members' side of a
// prevention partnership, and their rules as pure functions: who belongs to a
// Partnership and in which Role, what its communication Plan says for a
// message, and how an Approval moves. Nothing here does I/O.
//
// An approval moves along these states (Approval.Apply, approval.go):
//
//	             ┌─► approved     a coordinator or deputy said yes, or the plan lets the police
//	             │                send directly (by the plan, at once)
//	pending ─────┼─► refused      said no; the reason is kept
//	 │    ▲      ├─► lapsed       nobody answered in time, or a new revision replaced it
//	 │    │      └─► overruled    nobody answered, and the plan then lets the police send
//	 ▼    │
//	held, questioned ──► approved | refused | lapsed
//
// Invariants:
//
//   - One approval for each message revision and partnership, whose id follows from them.
//   - Only approved and overruled are planned; both say who, when, how and why.
//   - The approver is never the author (PLP.md, rule 5).
//   - A second answer changes nothing and learns who was first.
//   - A pending approval has a deadline in the database; a sweep carries it out, so a
//     restart, a second node or a clock that jumps does not lose or repeat it.
//
// Failures:
//
//	two approvers at once             one conditional update wins; the other reads who was first
//	crash before approvers are asked  approval and questions are written in one transaction
//	crash after the answer            the sweep announces a granted approval that was not planned
//	node down over a deadline         the next sweep sees a deadline in the past
package subscribers
