// Package subscribers holds the nouns of level 2, the members' side of a
// prevention partnership, and their rules as pure functions: who belongs to a
// Partnership and in which Role, what its communication Plan says for a
// message, and how an Approval moves. Nothing here does I/O.
//
// An approval moves along these states (Approval.Apply and Approval.Climb):
//
//	             ┌─► approved     a coordinator, deputy or committee member said yes, or the
//	             │                plan lets the police send directly (by the plan, at once)
//	pending ─────┼─► refused      said no; the reason is kept
//	 │    ▲      ├─► lapsed       nobody answered in time, or a new revision replaced it
//	 │    │      └─► overruled    nobody answered, and the plan then lets the police send:
//	 │    │                       by itself (within), or an officer with a reason (release_after)
//	 │    └── the hold is over, or the police have answered: the same people are asked again
//	 ▼
//	held, questioned ──► approved | refused | lapsed
//
// While pending, the approval climbs the ladder of its plan's rule, one rung
// after the other: coordinator, deputies, committee, police (ApprovalRule.Ladder).
// A rung on which everybody is absent is passed at once. While it is held or
// questioned the clock stands still: what is left of each wait is left after it.
//
// Invariants:
//
//   - One approval for each message revision and partnership, whose id follows from them.
//   - Only approved and overruled are planned; both say who, when, how and why.
//   - The approver is never the author (PLP.md, rule 5), not even as the one who releases.
//   - Each move raises Version by one and is kept; of two at once one wins, the other
//     reads the approval again.
//   - A second answer changes nothing and learns who was first.
//   - Every way of answering (page, link, SMS, terminal) goes through Apply.
//   - An open approval has a deadline in the database; a sweep carries it out, so a
//     restart, a second node or a clock that jumps does not lose or repeat it.
//
// Failures:
//
//	two approvers at once             one conditional update wins; the other reads who was first
//	crash before approvers are asked  approval and questions are written in one transaction
//	crash after the answer            the sweep announces a granted approval that was not planned
//	node down over a deadline         the next sweep sees a deadline in the past
//	everybody is absent               everybody is asked all the same
//	the police never answer           the question lapses when the message expires, and both are told
package subscribers
