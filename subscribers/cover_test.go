package subscribers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCoverOn(t *testing.T) {
	day := Date{2026, 12, 10}
	holiday := []Span{{day, day.AddDays(3)}}
	asked := Rule{Approval: ApprovalRule{By: ByCoordinator}}
	climbing := Rule{Approval: ApprovalRule{By: ByCoordinator, CommitteeAfter: time.Hour}}
	direct := Rule{Approval: ApprovalRule{By: ByPolice}}
	people := func(coordinator, deputy, committee []Span) []Approver {
		return []Approver{
			{Member: Member{Name: "Claire"}, Role: RoleCoordinator, Absences: coordinator},
			{Member: Member{Name: "Marc"}, Role: RoleDeputy, Absences: deputy},
			{Member: Member{Name: "Rita"}, Role: RoleCommittee, Absences: committee},
		}
	}
	names := func(all []Approver) (list []string) {
		for _, a := range all {
			list = append(list, a.Name)
		}
		return list
	}
	for _, tc := range []struct {
		name       string
		rules      []Rule
		approvers  []Approver
		here, away []string
		gap        bool
	}{
		{"all there", []Rule{asked}, people(nil, nil, nil), []string{"Claire", "Marc"}, nil, false},
		{"the deputy stands in", []Rule{asked}, people(holiday, nil, nil), []string{"Marc"}, []string{"Claire"}, false},
		{"nobody", []Rule{asked}, people(holiday, holiday, nil), nil, []string{"Claire", "Marc"}, true},
		{"the committee, where a rule asks it", []Rule{climbing}, people(holiday, holiday, nil), []string{"Rita"}, []string{"Claire", "Marc"}, false},
		{"but not for every rule", []Rule{climbing, asked}, people(holiday, holiday, nil), []string{"Rita"}, []string{"Claire", "Marc"}, true},
		{"the police ask nobody", []Rule{direct}, people(holiday, holiday, holiday), nil, []string{"Claire", "Marc", "Rita"}, false},
	} {
		got := Plan{Rules: tc.rules}.CoverOn(tc.approvers, day)
		if diff := cmp.Diff(tc.here, names(got.Here)) + cmp.Diff(tc.away, names(got.Away)); diff != "" || got.Gap != tc.gap {
			t.Errorf("%s: gap %v, want %v (-want +got):\n%s", tc.name, got.Gap, tc.gap, diff)
		}
	}
}
