//go:build linux

package faultdrill

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// programs are the paths of what is started.
type programs struct{ relais, nats, redis, postgres, initdb string }

// built makes the two programs of ours once for all tests, in the folder of the first.
var built = sync.OnceValues(func() (programs, error) {
	var p programs
	bin, err := os.MkdirTemp("", "relais-faults-bin.")
	if err != nil {
		return p, err
	}
	tree := sourceTree()
	p.relais, p.nats = filepath.Join(bin, "relais"), filepath.Join(bin, "nats-server")
	for out, of := range map[string]string{p.relais: "./cmd/relais", p.nats: "github.com/nats-io/nats-server/v2"} {
		build := exec.Command("go", "build", "-o", out, of)
		build.Dir, build.Stderr = tree, os.Stderr
		if err := build.Run(); err != nil {
			return p, err
		}
	}
	if p.redis, err = exec.LookPath("redis-server"); err != nil {
		return p, err
	}
	if p.postgres, err = postgresTool("postgres"); err != nil {
		return p, err
	}
	p.initdb, err = postgresTool("initdb")
	return p, err
})

// sourceTree is what the programs are built from: ours, or another copy with a mutation.
func sourceTree() string {
	if tree := os.Getenv("RELAIS_TEST_FAULTS_TREE"); tree != "" {
		return tree
	}
	return filepath.Join("..", "..", "..")
}

// postgresTool finds a tool where Debian keeps it, else on the path.
func postgresTool(name string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name) // the pattern is good
	if len(found) > 0 {
		return slices.Max(found), nil
	}
	return exec.LookPath(name)
}

func TestMain(m *testing.M) {
	code := m.Run()
	if wanted() {
		if p, err := built(); err == nil {
			_ = os.RemoveAll(filepath.Dir(p.relais))
		}
	}
	os.Exit(code)
}

func wanted() bool { return os.Getenv("RELAIS_TEST_FAULTS") != "" }

// long says whether the whole drill was asked for. Without RELAIS_TEST_FAULTS a
// test is skipped; with it, a missing server is a failure.
func long(t *testing.T) bool {
	t.Helper()
	if !wanted() {
		t.Skip("RELAIS_TEST_FAULTS is not set: make faults sets it to long, make check to short")
	}
	return os.Getenv("RELAIS_TEST_FAULTS") == "long"
}

func need(t *testing.T) programs {
	t.Helper()
	p, err := built()
	if err != nil {
		t.Fatalf("the drill needs go, redis-server and PostgreSQL: %v", err)
	}
	return p
}

// plainEnvironment is ours without what is Relais's.
func plainEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "RELAIS_") })
}

// patience is how long the judge waits for what is owed. Repairs take up to
// two minutes; RELAIS_TEST_FAULTS_PATIENCE shortens it for trees that are broken on purpose.
func patience() time.Duration {
	if d, err := time.ParseDuration(os.Getenv("RELAIS_TEST_FAULTS_PATIENCE")); err == nil {
		return d
	}
	return 4 * time.Minute
}
