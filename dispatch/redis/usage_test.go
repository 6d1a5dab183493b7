package redis

import (
	"testing"
	"time"
)

func TestProcessorTimeIsUserAndSystemTimeOfTheServer(t *testing.T) {
	got, err := parseUsage("# CPU\r\nused_cpu_sys:1.500000\r\nused_cpu_user:2.250000\r\nused_cpu_sys_children:9.0\r\n")
	if want := 3750 * time.Millisecond; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if _, err := parseUsage("# CPU\r\nused_cpu_sys:1.5\r\n"); err == nil {
		t.Error("an answer without the user time was read")
	}
}
