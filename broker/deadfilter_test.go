package broker

import (
	"testing"
	"time"
)

func TestDeadFilter(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	letter := DeadLetter{Subject: WorkSubject("sms", Urgent), Reason: "delivery x was tried 12 times (retryable)", At: noon}
	for name, test := range map[string]struct {
		filter DeadFilter
		want   bool
	}{
		"all":             {DeadFilter{}, true},
		"its stage":       {DeadFilter{Stage: StageSend}, true},
		"another stage":   {DeadFilter{Stage: StageRoute}, false},
		"its channel":     {DeadFilter{Channel: "sms"}, true},
		"another channel": {DeadFilter{Channel: "urgent"}, false},
		"reason":          {DeadFilter{Reason: "Tried 12"}, true},
		"another reason":  {DeadFilter{Reason: "JSON"}, false},
		"older":           {DeadFilter{Before: noon.Add(1)}, true},
		"not older":       {DeadFilter{Before: noon}, false},
		"newer":           {DeadFilter{Since: noon}, true},
		"not newer":       {DeadFilter{Since: noon.Add(1)}, false},
		"waits":           {DeadFilter{Waiting: true}, true},
		"all of them":     {DeadFilter{Stage: StageSend, Channel: "sms", Reason: "tried", Before: noon.Add(1), Since: noon, Waiting: true}, true},
	} {
		if got := test.filter.Takes(letter); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
	letter.Replayed = noon
	if (DeadFilter{Waiting: true}).Takes(letter) {
		t.Error("what was replayed does not wait")
	}
}
