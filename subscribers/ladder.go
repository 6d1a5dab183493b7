package subscribers

import (
	"slices"
	"time"

	"relais/broker"
)

// Names of those who decide without a person's name.
const (
	ThePolice = "the police"
	Nobody    = "nobody"
)

// Rung is one group of a ladder, and how long after the first question it is
// asked when nobody has answered.
type Rung struct {
	Role  Role
	After time.Duration
}

// Ladder lists who is asked, in order. The police's rung asks nobody to
// approve: from then on an officer may release the message.
func (r ApprovalRule) Ladder() []Rung {
	ladder := []Rung{{RoleCoordinator, 0}, {RoleDeputy, r.DeputiesAfter}}
	if r.CommitteeAfter > 0 {
		ladder = append(ladder, Rung{RoleCommittee, r.CommitteeAfter})
	}
	if r.ReleaseAfter > 0 {
		ladder = append(ladder, Rung{RolePolice, r.ReleaseAfter})
	}
	return ladder
}

// Asks says whether a role stands on the ladder.
func (r ApprovalRule) Asks(role Role) bool {
	return slices.ContainsFunc(r.Ladder(), func(rung Rung) bool { return rung.Role == role })
}

// Approvers leaves those of a partnership's people whom the ladder names.
func (r ApprovalRule) Approvers(people []Approver) []Approver {
	return slices.DeleteFunc(slices.Clone(people), func(a Approver) bool { return !r.Asks(a.Role) })
}

// Present leaves those of the ladder's people who are not absent on a day; when
// all of them are, everybody: a question to somebody on holiday is better than
// none.
func (r ApprovalRule) Present(people []Approver, on Date) []Approver {
	all := r.Approvers(people)
	here := slices.DeleteFunc(slices.Clone(all), func(a Approver) bool { return a.AbsentOn(on) })
	if len(here) == 0 {
		return all
	}
	return here
}

// NewApproval opens the decision about a message, or grants it at once where
// the rule says so. Present are those who can be asked now.
func NewApproval(m broker.Message, p Partnership, rule Rule, present []Approver, now time.Time) Approval {
	a := Approval{
		ID:      ApprovalIDFor(m.ID, m.Revision, p.ID),
		Message: m.ID, Revision: m.Revision, Partnership: p.ID,
		PlanVersion: p.PlanVersion, Rule: rule,
		State: ApprovalPending, Version: 1, Asked: now,
	}
	if rule.Approval.By == ByPolice {
		a.State = ApprovalApproved
		a.Decision = Decision{To: ApprovalApproved, By: ThePolice, At: now, How: HowPlan}
		return a
	}
	a.Step = a.reached(present, now)
	a.Deadline = a.deadline(m.Expires)
	return a
}

// reached is how many rungs have been asked by now: each whose time has come,
// and the next as well while nobody on those is there to answer.
func (a Approval) reached(present []Approver, now time.Time) int {
	ladder := a.Rule.Approval.Ladder()
	step := a.Step
	for step < len(ladder) {
		due := !now.Before(a.Asked.Add(ladder[step].After))
		if !due && (ladder[step].Role == RolePolice || len(onRungs(ladder[:step], present)) > 0) {
			break
		}
		step++
	}
	return step
}

// deadline is the next moment at which something happens to a pending approval
// without an answer.
func (a Approval) deadline(expires time.Time) time.Time {
	next := a.ends(expires)
	if ladder := a.Rule.Approval.Ladder(); a.Step < len(ladder) {
		next = earlier(next, a.Asked.Add(ladder[a.Step].After))
	}
	return next
}

// Climb says what happens at an approval's deadline: a hold ends, the next rung
// is asked as well, or the police send, or it lapses. Before the deadline
// nothing does. Present are those who can be asked now.
func (a Approval) Climb(expires time.Time, present []Approver, now time.Time) Approval {
	if a.State.Final() || a.Deadline.IsZero() || now.Before(a.Deadline) {
		return a
	}
	within := a.Rule.Approval.Within
	waited := a.State == ApprovalPending && within > 0 && !now.Before(a.Asked.Add(within))
	switch {
	case !now.Before(expires):
		return a.end(ApprovalLapsed, Nobody, now, "nobody answered before the message expired")
	case a.State == ApprovalHeld:
		return a.resumed(Decision{To: ApprovalPending, By: Nobody, At: now, How: HowPlan}, expires)
	case waited && a.Rule.Approval.By == ByCoordinatorThenPolice:
		return a.end(ApprovalOverruled, ThePolice, now, "nobody answered in "+within.String())
	case waited:
		return a.end(ApprovalLapsed, Nobody, now, "nobody answered in "+within.String())
	}
	if step := a.reached(present, now); step > a.Step {
		a.Step, a.Version = step, a.Version+1
	}
	a.Deadline = a.deadline(expires)
	return a
}

// resumed lets the clock go on that stood still since the approval was held or
// questioned. Who was asked is asked again.
func (a Approval) resumed(d Decision, expires time.Time) Approval {
	a.Asked = a.Asked.Add(d.At.Sub(a.Decision.At))
	a.State, a.Decision, a.Version = ApprovalPending, d, a.Version+1
	a.Deadline = a.deadline(expires)
	return a
}

func (a Approval) end(to ApprovalState, by string, now time.Time, why string) Approval {
	a.State, a.Deadline, a.Version = to, time.Time{}, a.Version+1
	a.Decision = Decision{To: to, By: by, At: now, How: HowPlan, Why: why}
	return a
}

// Between lists those of the given people who stand on the rungs from one step
// to another: who is asked when the approval climbs from the one to the other.
func (a Approval) Between(from, to int, people []Approver) []Approver {
	ladder := a.Rule.Approval.Ladder()
	return onRungs(ladder[min(from, len(ladder)):min(to, len(ladder))], people)
}

// AskedRoles lists the rungs that have been asked.
func (a Approval) AskedRoles() []Role {
	var asked []Role
	for _, rung := range a.Rule.Approval.Ladder()[:min(a.Step, len(a.Rule.Approval.Ladder()))] {
		if rung.Role != RolePolice {
			asked = append(asked, rung.Role)
		}
	}
	return asked
}

// Next is the rung that is asked as well if nobody answers, and when; none:
// empty.
func (a Approval) Next(expires time.Time) (Role, time.Time) {
	ladder := a.Rule.Approval.Ladder()
	if a.State != ApprovalPending || a.Step >= len(ladder) || ladder[a.Step].Role == RolePolice {
		return "", time.Time{}
	}
	at := a.Asked.Add(ladder[a.Step].After)
	if !at.Before(a.ends(expires)) {
		return "", time.Time{}
	}
	return ladder[a.Step].Role, at
}

// ends is when a pending approval stops waiting for an answer.
func (a Approval) ends(expires time.Time) time.Time {
	if within := a.Rule.Approval.Within; within > 0 {
		return earlier(expires, a.Asked.Add(within))
	}
	return expires
}

// ReleasableAt says from when on an officer may release the message; never: zero.
func (a Approval) ReleasableAt() time.Time {
	if after := a.Rule.Approval.ReleaseAfter; after > 0 && a.State == ApprovalPending {
		return a.Asked.Add(after)
	}
	return time.Time{}
}

func onRungs(rungs []Rung, people []Approver) []Approver {
	var found []Approver
	for _, rung := range rungs {
		for _, who := range people {
			if who.Role == rung.Role {
				found = append(found, who)
			}
		}
	}
	return found
}
