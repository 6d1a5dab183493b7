package broker

import "testing"

func TestStageOfSubject(t *testing.T) {
	for subject, want := range map[Subject]Stage{
		MessageSubject("5311"):     StageRoute,
		ApprovalSubject("x"):       StagePlan,
		WorkSubject("sms", Urgent): StageSend,
		"relais.other":             "",
		"relais":                   "",
		"":                         "",
	} {
		if got := subject.Stage(); got != want {
			t.Errorf("%q: got %q, want %q", subject, got, want)
		}
	}
}
