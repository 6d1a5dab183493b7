package subscribers

import (
	"slices"
	"testing"
	"time"

	"relais/broker"
)

// Whoever watches a message sees who has been asked, and who is asked next.
func TestWhoIsAskedNext(t *testing.T) {
	at := time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC)
	rule := Rule{Approval: ApprovalRule{By: ByCoordinator, DeputiesAfter: 5 * time.Minute, CommitteeAfter: 20 * time.Minute, Within: 15 * time.Minute}}
	people := []Approver{{Role: RoleCoordinator}, {Role: RoleDeputy}}
	m := broker.Message{ID: broker.NewMessageID(), Revision: 1}
	expires := at.Add(time.Hour)
	a := NewApproval(m, Partnership{}, rule, people, at)
	m.Expires = expires
	if next, when := a.Next(expires); next != RoleDeputy || !when.Equal(at.Add(5*time.Minute)) || !slices.Equal(a.AskedRoles(), []Role{RoleCoordinator}) {
		t.Errorf("at first: asked %v, next %q at %s", a.AskedRoles(), next, when)
	}
	a.Deadline = at.Add(5 * time.Minute)
	a = a.Climb(expires, people, at.Add(5*time.Minute))
	if next, _ := a.Next(expires); next != "" || !slices.Equal(a.AskedRoles(), []Role{RoleCoordinator, RoleDeputy}) {
		t.Errorf("later: asked %v, next %q; the committee's turn comes after the end", a.AskedRoles(), next)
	}
}
