package main

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"

	"relais/channels"
)

// TestTwoNodesOnServers runs two whole nodes on one NATS server, Redis and
// PostgreSQL: both consume, sweep and tick, and every member gets the alert
// and the tip once.
func TestTwoNodesOnServers(t *testing.T) {
	environ := serverEnvironment(t)
	d, log := newVillage(t, environ)
	if err := d.start(t.Context(), true); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	second := d.secondNode(t)
	if err := d.once(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	if repeats := d.sandbox.Repeats(); repeats != 0 {
		t.Errorf("%d deliveries came more than once", repeats)
	}
	if err := second.stop(context.Background()); err != nil {
		t.Errorf("the second node does not leave: %v", err)
	}
	if n := d.sandbox.Count(channels.SMS); n == 0 {
		t.Error("no SMS was sent, so nothing was tried")
	}
}

// serverEnvironment points the program at the servers that `make check` starts.
func serverEnvironment(t *testing.T) []string {
	t.Helper()
	var environ []string
	for _, name := range []string{"NATS", "REDIS", "DATABASE"} {
		value := os.Getenv("RELAIS_TEST_NODES_" + name + "_URL")
		if value == "" {
			t.Skipf("RELAIS_TEST_NODES_%s_URL is not set: make check starts servers for this test alone and sets it", name)
		}
		environ = append(environ, "RELAIS_"+name+"_URL="+value)
	}
	return environ
}

// secondNode is another node on the same configuration, with a port and a name
// of its own.
func (d *demo) secondNode(t *testing.T) *node {
	t.Helper()
	g := Globals{ConfigFile: d.file}
	p := *d.p
	p.Environ = append(p.Environ, "RELAIS_NODE=second", "RELAIS_WEB_LISTEN="+freePort(t.Context(), ""), "RELAIS_WEB_PUBLIC_URL="+d.node.url)
	cfg, err := g.load(&p)
	if err != nil {
		t.Fatal(err)
	}
	n, err := startNode(t.Context(), cfg, "", d.log)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// newVillage is a demonstration that the test starts; it ends with the test.
func newVillage(t *testing.T, environ []string) (*demo, *lockedBuffer) {
	t.Helper()
	log := &lockedBuffer{}
	d := &demo{lifecycle: lifecycle{log: slog.New(slog.NewTextHandler(log, nil))}}
	d.p = &program{Stdin: strings.NewReader(""), Stdout: log, Stderr: log, Environ: environ}
	t.Cleanup(func() {
		if err := d.stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return d, log
}
