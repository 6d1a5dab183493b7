package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/sandbox"
	"relais/store"
)

// A restore drill: the backup is made while an alert goes out, the rest of the
// alert goes out after it, the disk is lost, and the backup comes back into an
// empty folder. Everybody has the alert; nobody got it twice of whom the backup
// or the provider knew.
func TestRestoreDrill(t *testing.T) {
	d, log := newVillage(t, nil)
	if err := d.start(t.Context(), true); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	data, copied := d.node.cfg.DataDir, filepath.Join(t.TempDir(), "relais.backup")
	var once sync.Once
	done := make(chan error, 1)
	stop := d.sandbox.OnItem(func(item sandbox.Item) {
		ctx := context.WithoutCancel(t.Context())
		if e, err := d.node.store.Entry(ctx, item.Delivery); err == nil && item.Channel == channels.SMS && e.Purpose == channels.ForMember {
			once.Do(func() { done <- store.Backup(ctx, filepath.Join(data, "relais.db"), copied, time.Now()) })
		}
	})
	defer stop()
	m, err := d.carry(t.Context(), demoAlert(), 2*time.Hour)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	if err := d.waitForEnd(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := d.node.stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	p := *d.p
	p.Stdout, p.Stderr = io.Discard, log
	if code := p.Main(t.Context(), []string{"restore", "--config", d.file, copied}); code != exitOK {
		t.Fatalf("restore failed: %s", log.String())
	}
	known := recordedIn(t, d, m)
	g := Globals{ConfigFile: d.file}
	cfg, err := g.load(d.p)
	if err != nil {
		t.Fatal(err)
	}
	if d.node, err = startNode(t.Context(), cfg, "", d.log); err != nil {
		t.Fatal(err)
	}
	again := d.node
	d.started("restored node", again.stop)
	if err := d.afterRestore(t, m); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	wantDrill(t, d, m, known)
}

// afterRestore approves again what the copy holds as open, and waits until the
// provider has everything. Receipts from before the restore do not come again.
func (d *demo) afterRestore(t *testing.T, m broker.Message) error {
	t.Helper()
	return until(t.Context(), func() (bool, error) {
		status, err := d.node.store.Status(t.Context(), m.ID)
		if err != nil {
			return false, err
		}
		settled := true
		for _, p := range status.Partnerships {
			if !p.State.Final() {
				c := &client{base: d.node.url, http: http.DefaultClient}
				if err := c.post(t.Context(), "/api/approvals/"+p.Approval.String()+"/approve", map[string]string{"by": "Marie Lambert"}, nil); err != nil {
					return false, err
				}
			}
			settled = settled && p.Planned
			for _, on := range p.Channels {
				settled = settled && on.Counts[channels.Pending]+on.Counts[channels.Calling]+on.Counts[channels.Unknown] == 0
			}
		}
		return settled, nil
	})
}

// recordedIn lists the deliveries of which the restored ledger knows that they went out.
func recordedIn(t *testing.T, d *demo, m broker.Message) map[channels.DeliveryID]bool {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(d.node.cfg.DataDir, "relais.db"), d.log)
	if err != nil {
		t.Fatal(err)
	}
	known, unknown := make(map[channels.DeliveryID]bool), 0
	for _, item := range d.sandbox.Taken() {
		if !holds(item, m) {
			continue
		}
		e, err := s.Entry(t.Context(), item.Delivery)
		switch {
		case err != nil || e.State == channels.Unknown:
			unknown++
		case e.State == channels.Accepted || e.State == channels.Delivered:
			known[item.Delivery] = true
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if unknown == 0 {
		t.Fatal("everything had gone out when the backup was made, so nothing is tried")
	}
	return known
}

func wantDrill(t *testing.T, d *demo, m broker.Message, known map[channels.DeliveryID]bool) {
	t.Helper()
	byDelivery, texts, got := make(map[channels.DeliveryID]int), make(map[string]int), make(map[string]bool)
	for _, item := range d.sandbox.Taken() {
		if !holds(item, m) {
			continue
		}
		byDelivery[item.Delivery]++
		got[item.To] = true
		if item.Channel == channels.SMS {
			texts[item.To+item.Text]++
		}
	}
	for id := range known {
		if byDelivery[id] != 1 {
			t.Errorf("delivery %s stood in the backup and went out %d times", id, byDelivery[id])
		}
	}
	for _, n := range texts {
		if n != 1 {
			t.Errorf("one SMS went out %d times: the provider knew of it", n)
		}
	}
	for i, person := range d.village {
		reached := false
		for _, c := range person.contacts {
			reached = reached || got[seenAs(c)]
		}
		if !reached {
			t.Errorf("member %d did not get the alert", i)
		}
	}
	t.Logf("%d deliveries stood in the backup, %d went out", len(known), len(byDelivery))
}
