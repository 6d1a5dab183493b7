package subscribers

import (
	"time"

	"relais/broker"
)

// Names of those who decide without a person's name.
const (
	ThePolice = "the police"
	Nobody    = "nobody"
)

// NewApproval opens the decision about a message, or grants it at once where
// the rule says so.
func NewApproval(m broker.Message, p Partnership, rule Rule, now time.Time) Approval {
	a := Approval{
		ID:      ApprovalIDFor(m.ID, m.Revision, p.ID),
		Message: m.ID, Revision: m.Revision, Partnership: p.ID,
		PlanVersion: p.PlanVersion, Rule: rule,
		State: ApprovalPending, Step: 1, Asked: now,
	}
	if rule.Approval.By == ByPolice {
		a.State = ApprovalApproved
		a.Decision = Decision{To: ApprovalApproved, By: ThePolice, At: now, How: HowPlan}
		return a
	}
	if rule.Approval.DeputiesAfter == 0 {
		a.Step = 2
	}
	a.Deadline = a.deadline(m.Expires)
	return a
}

// deadline is the next moment at which something happens without an answer.
func (a Approval) deadline(expires time.Time) time.Time {
	next := expires
	if within := a.Rule.Approval.Within; within > 0 {
		next = earlier(next, a.Asked.Add(within))
	}
	if a.Step == 1 {
		next = earlier(next, a.Asked.Add(a.Rule.Approval.DeputiesAfter))
	}
	return next
}

// Climb says what happens at an approval's deadline: the deputies are asked as
// well, or the police send, or it lapses. Before the deadline nothing does.
func (a Approval) Climb(expires, now time.Time) Approval {
	if a.State.Final() || a.Deadline.IsZero() || now.Before(a.Deadline) {
		return a
	}
	over := !now.Before(expires)
	waited := a.Rule.Approval.Within > 0 && !now.Before(a.Asked.Add(a.Rule.Approval.Within))
	switch {
	case over:
		return a.end(ApprovalLapsed, Nobody, now, "nobody answered before the message expired")
	case waited && a.Rule.Approval.By == ByCoordinatorThenPolice:
		return a.end(ApprovalOverruled, ThePolice, now, "nobody answered in "+a.Rule.Approval.Within.String())
	case waited:
		return a.end(ApprovalLapsed, Nobody, now, "nobody answered in "+a.Rule.Approval.Within.String())
	}
	a.Step = 2
	a.Deadline = a.deadline(expires)
	return a
}

func (a Approval) end(to ApprovalState, by string, now time.Time, why string) Approval {
	a.State, a.Deadline = to, time.Time{}
	a.Decision = Decision{To: to, By: by, At: now, How: HowPlan, Why: why}
	return a
}

// AskedAt lists who is asked when an approval reaches a step: first the
// coordinators, then the deputies, and at step 2 from the start both.
func (a Approval) AskedAt(step int, approvers []Approver) []Approver {
	var asked []Approver
	for _, who := range approvers {
		atOnce := a.Rule.Approval.DeputiesAfter == 0
		switch who.Role {
		case RoleCoordinator:
			if step == 1 || atOnce {
				asked = append(asked, who)
			}
		case RoleDeputy:
			if step == 2 {
				asked = append(asked, who)
			}
		}
	}
	return asked
}
