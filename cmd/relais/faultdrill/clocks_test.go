//go:build linux

package faultdrill

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A clock that jumps is one of a process: the program is built with a package
// time whose Now is wrong by Jump seconds. Its timers go on as they were, as
// when a machine's clock is set. Relais itself has no hook for that.

// builtWithClock makes that program once, in a folder that TestMain removes.
var builtWithClock = sync.OnceValues(func() (string, error) {
	p, err := built()
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(p.relais)
	overlay, err := clockOverlay(dir)
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "relais-with-clock")
	build := exec.Command("go", "build", "-overlay", overlay, "-o", program, "./cmd/relais")
	build.Dir, build.Stderr = sourceTree(), os.Stderr
	return program, build.Run()
})

// clockOverlay writes what stands in for two files of the source, and the file
// that tells go build so.
func clockOverlay(dir string) (string, error) {
	tree, err := filepath.Abs(sourceTree())
	if err != nil {
		return "", err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	std := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	source, err := os.ReadFile(std)
	if err != nil {
		return "", err
	}
	wrong, err := withJump(string(source))
	if err != nil {
		return "", fmt.Errorf("%s: %w", std, err)
	}
	setter, err := filepath.Abs(filepath.Join("testdata", "clock.go.txt"))
	if err != nil {
		return "", err
	}
	changed, overlay := filepath.Join(dir, "time.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{std: changed, filepath.Join(tree, "cmd", "relais", "clock_drill.go"): setter}})
	if err != nil {
		return "", err
	}
	return overlay, errors.Join(os.WriteFile(changed, []byte(wrong), 0o600), os.WriteFile(overlay, text, 0o600))
}

// withJump makes Now of package time wrong.
func withJump(source string) (string, error) {
	for _, at := range []struct{ place, added string }{
		{"	_ \"unsafe\" // for go:linkname", "\n	\"sync/atomic\""},
		{"	sec, nsec, mono := runtimeNow()", "\n	sec += Jump.Load()"},
	} {
		if strings.Count(source, at.place) == 0 {
			return "", fmt.Errorf("there is no %q in it: mend clocks_test.go", at.place)
		}
		source = strings.Replace(source, at.place, at.place+at.added, 1)
	}
	return source + "\n// Jump is by how many seconds Now is wrong.\nvar Jump atomic.Int64\n", nil
}

// withClocks gives each node a clock of its own, before it starts.
func (w *town) withClocks() {
	program, err := builtWithClock()
	if err != nil {
		w.t.Fatalf("build with a clock of its own: %v", err)
	}
	for _, n := range w.nodes {
		n.args = append([]string{program}, n.args[1:]...)
		n.env = append(n.env, "DRILL_CLOCK="+w.clockOf(n))
		write(w.t, w.clockOf(n), "0")
	}
}

func (w *town) clockOf(n *process) string { return filepath.Join(w.dir, n.name+".clock") }

// jump sets the clock of a running node wrong by so much.
func (w *town) jump(n *process, by time.Duration) {
	w.say("the clock of %s is wrong by %s", n.name, by)
	write(w.t, w.clockOf(n), strconv.Itoa(int(by.Seconds())))
	n.signal(syscall.SIGUSR1)
}

// clockOff is how far a clock is wrong at most, forward or back.
const clockOff = 10 * time.Minute

// TestClocks sets the clock of one of three nodes after the other forward and
// back by up to ten minutes while broadcasts are under way. That excuses nothing.
func TestClocks(t *testing.T) {
	if !long(t) {
		t.Skip("part of make faults: the standard library is built for it")
	}
	t.Parallel()
	w := seeded(t, 20)
	w.external(3, 1)
	w.withClocks()
	w.startNodes()
	w.misbehave("sms", `{"latency":"300ms"}`)
	w.jumps(20)
}

// TestClockOfOne does so with a node that keeps everything in a folder.
func TestClockOfOne(t *testing.T) {
	if !long(t) {
		t.Skip("part of make faults: the standard library is built for it")
	}
	t.Parallel()
	w := seeded(t, 20)
	w.embedded(filepath.Join(w.dir, "data"))
	w.withClocks()
	w.startNodes()
	w.misbehave("sms", `{"latency":"300ms"}`)
	w.jumps(12)
}

func (w *town) jumps(times int) {
	for i := range times {
		w.publish(kinds()[i%2])
		w.awaitMore(1 + w.dice.IntN(len(w.people)/2))
		w.jump(w.nodes[w.dice.IntN(len(w.nodes))], (time.Duration(w.dice.Int64N(int64(2*clockOff))) - clockOff).Truncate(time.Second))
		time.Sleep(w.moment(3000))
	}
	for _, n := range w.nodes {
		w.jump(n, 0)
	}
	w.settle(patience() + clockOff) // a wrong clock wrote when to look again
	w.alive()
}
