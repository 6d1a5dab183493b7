package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"relais/broker"
	"relais/web/browsertest"
)

// lighthouseVariable names the folder into which `make lighthouse` has installed
// what testdata/lighthouse locks, with its run.mjs.
const lighthouseVariable = "RELAIS_TEST_LIGHTHOUSE"

// judged is a line of testdata/lighthouse/run.mjs.
type judged struct {
	Address string
	Score   int // 100 is the best
	Wrong   []string
	Failed  string // why the page could not be judged
}

// Lighthouse gives every page 100 for accessibility, each as often as it can
// look different. Its pages are answers that were given once, so nobody has to
// sign in.
func TestLighthouse(t *testing.T) {
	folder := os.Getenv(lighthouseVariable)
	if folder == "" {
		t.Skipf("%s is not set: make lighthouse installs Lighthouse from npm and sets it", lighthouseVariable)
	}
	s := showEveryPage(t, broker.French)
	names, args := make(map[string]string), []string{filepath.Join(folder, "run.mjs"), browsertest.Find(t)}
	for n, page := range s.pages {
		names[s.url(n)] = page.name
		args = append(args, s.url(n))
	}
	var complaints bytes.Buffer
	run := exec.CommandContext(t.Context(), "node", args...) //nolint:gosec // what make lighthouse installed
	run.Stderr = &complaints
	run.Cancel = func() error { return run.Process.Signal(syscall.SIGTERM) } // so that it ends its browser too
	run.WaitDelay = time.Minute
	lines, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	for scan := bufio.NewScanner(lines); scan.Scan(); {
		var page judged
		if err := json.Unmarshal(scan.Bytes(), &page); err != nil {
			t.Fatalf("read %q: %v", scan.Text(), err)
		}
		name := names[page.Address]
		delete(names, page.Address)
		t.Logf("%3d %s", page.Score, name)
		if page.Score < 100 || page.Failed != "" {
			t.Errorf("%s: %d of 100: %s%v", name, page.Score, page.Failed, page.Wrong)
		}
	}
	if err := run.Wait(); err != nil {
		t.Fatalf("run Lighthouse: %v: %s", err, complaints.String())
	}
	if len(names) > 0 {
		t.Errorf("not looked at: %v", names)
	}
}
