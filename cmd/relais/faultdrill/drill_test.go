//go:build linux

package faultdrill

import (
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// kinds is what is sent in turn.
func kinds() []string { return []string{"alert", "appeal"} }

// TestKills kills nodes of three while broadcasts are under way: 200 times in
// the long drill.
func TestKills(t *testing.T) {
	whole := long(t)
	t.Parallel()
	w := seeded(t, 20)
	times, brokers := 4, 1
	if whole {
		times, brokers = 200, 3
	}
	w.external(3, brokers)
	w.startNodes()
	for i := range times {
		w.publish(kinds()[i%2])
		w.killNode()
	}
	w.settle(patience())
	w.alive()
}

// TestOneNode kills the only node, on a NATS that stands alone.
func TestOneNode(t *testing.T) {
	if !long(t) {
		t.Skip("part of make faults")
	}
	t.Parallel()
	w := seeded(t, 20)
	w.external(1, 1)
	w.startNodes()
	for i := range 30 {
		w.publish(kinds()[i%2])
		w.killNode()
	}
	w.settle(patience())
	w.alive()
}

// TestServersAndLinks breaks servers, the ways to them and the providers, with
// kills of nodes in between.
func TestServersAndLinks(t *testing.T) {
	whole := long(t)
	t.Parallel()
	w := seeded(t, 20)
	all := slices.Concat(serverFaults(), linkFaults(), providerFaults())
	n, nodes, brokers := 6, 2, 1
	if whole {
		n, nodes, brokers = 2*len(all), 3, 3
	}
	w.external(nodes, brokers)
	w.startNodes()
	for i, f := range w.shuffled(all, n) {
		w.publish(kinds()[i%2])
		time.Sleep(w.moment(300))
		w.breaks(f)
		if i%4 == 3 {
			w.killNode()
		}
	}
	w.behave()
	w.settle(patience())
	w.alive()
}

// TestEmbedded kills a node that keeps everything in a folder of its own.
func TestEmbedded(t *testing.T) {
	times := 4
	if long(t) {
		times = 60
	}
	t.Parallel()
	w := seeded(t, 20)
	w.embedded(filepath.Join(w.dir, "data"))
	w.startNodes()
	for i := range times {
		w.publish(kinds()[i%2])
		w.killNode()
	}
	w.settle(patience())
	w.alive()
}

// alive fails for nodes that crashed by themselves.
func (w *town) alive() {
	w.t.Helper()
	for _, n := range w.nodes {
		n.mu.Lock()
		broken := n.broken
		n.mu.Unlock()
		for _, how := range broken {
			w.t.Errorf("%s crashed: %s", n.name, how)
		}
	}
	if w.t.Failed() {
		w.keepLogs()
	}
}
