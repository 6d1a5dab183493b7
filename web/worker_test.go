package web

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// nodeVariable says where node is; `make check` sets it, and then there must be one.
const nodeVariable = "RELAIS_TEST_NODE"

// The service worker and the script that subscribes, each run by node in a
// browser made of plain objects (testdata/*.mjs).
func TestPushScripts(t *testing.T) {
	node := os.Getenv(nodeVariable)
	if node == "" {
		found, err := exec.LookPath("node")
		if err != nil {
			t.Skip("there is no node here; make check installs it")
		}
		node = found
	}
	for _, script := range []string{"sw_test.mjs", "push_test.mjs"} {
		out, err := exec.CommandContext(t.Context(), node, filepath.Join("testdata", script), "static").CombinedOutput()
		if err != nil || !strings.Contains(string(out), " checks") {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
}
