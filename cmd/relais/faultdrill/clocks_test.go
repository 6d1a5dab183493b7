//go:build linux

package faultdrill

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A clock that jumps is one of a process: the program is built with a package
// time whose Now is wrong by Jump seconds. Its timers go on as they were, as
// when a machine's clock is set. Relais itself has no hook for that.

// buildWithClock builds relais so, and returns where it is.
func buildWithClock(t *testing.T, dir string) string {
	t.Helper()
	tree, err := filepath.Abs(sourceTree())
	if err != nil {
		t.Fatal(err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	std := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	source, err := os.ReadFile(std)
	if err != nil {
		t.Fatal(err)
	}
	const now, imports = "	sec, nsec, mono := runtimeNow()\n	if mono == 0 {", `	_ "unsafe" // for go:linkname`
	wrong := strings.Replace(string(source), now, "	sec, nsec, mono := runtimeNow()\n	sec += Jump.Load()\n	if mono == 0 {", 1)
	wrong = strings.Replace(wrong, imports, "	\"sync/atomic\"\n"+imports, 1) + "\n// Jump is by how many seconds Now is wrong.\nvar Jump atomic.Int64\n"
	if strings.Count(wrong, "Jump") != 3 || !strings.Contains(wrong, "sync/atomic") {
		t.Fatalf("%s is not as the drill knows it: mend clocks_test.go", std)
	}
	changed, setter := filepath.Join(dir, "time.go"), filepath.Join(dir, "clock_drill.go")
	write(t, changed, wrong)
	ours, err := os.ReadFile(filepath.Join("testdata", "clock.go.txt"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, setter, string(ours))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{std: changed, filepath.Join(tree, "cmd", "relais", "clock_drill.go"): setter}})
	if err != nil {
		t.Fatal(err)
	}
	file, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "relais-with-clock")
	write(t, file, string(overlay))
	build := exec.Command("go", "build", "-overlay", file, "-o", program, "./cmd/relais")
	build.Dir = tree
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build with a clock of its own: %v\n%s", err, out)
	}
	return program
}

// withClocks gives each node a clock of its own, before it starts.
func (w *town) withClocks() {
	program := buildWithClock(w.t, w.dir)
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
		w.jump(w.nodes[w.dice.IntN(len(w.nodes))], time.Duration(w.dice.IntN(1201)-600)*time.Second)
		time.Sleep(w.moment(3000))
	}
	for _, n := range w.nodes {
		w.jump(n, 0)
	}
	w.settle(patience())
	w.alive()
}
