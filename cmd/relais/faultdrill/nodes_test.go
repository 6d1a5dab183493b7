//go:build linux

package faultdrill

import (
	"strings"
	"testing"
	"time"

	"relais/channels"
)

// TestRollingRestart lets each of three nodes leave and come back while
// broadcasts are under way. A node leaves by itself and in order, before its
// watchdog would end it.
func TestRollingRestart(t *testing.T) {
	whole := long(t)
	t.Parallel()
	w := seeded(t, 20)
	w.external(3, 1)
	w.startNodes()
	w.misbehave(channels.SMS, `{"latency":"50ms"}`)
	rounds := 1
	if whole {
		rounds = 5
	}
	for range rounds {
		for i, n := range w.nodes {
			w.publish(kinds()[i%2])
			w.awaitMore(1 + w.dice.IntN(20))
			took, fate := n.leave()
			w.say("%s left in %s", n.name, took.Round(time.Millisecond))
			if fate != nil {
				t.Errorf("%s did not leave in order: %v\n%s", n.name, fate, n.tail())
			}
			n.start()
			w.ready(n)
		}
	}
	v := w.settle(patience())
	if v.window+v.collapsed > 0 {
		t.Errorf("a rolling restart repeated something: %s", v)
	}
	w.alive()
}

// TestAlertOvertakes sends an alert while three nodes work through many
// appeals by a slow provider: its last text is taken before theirs.
func TestAlertOvertakes(t *testing.T) {
	if !long(t) {
		t.Skip("part of make faults")
	}
	t.Parallel()
	w := seeded(t, 30)
	w.concurrency = 1
	w.external(3, 1)
	w.startNodes()
	w.misbehave(channels.SMS, `{"latency":"150ms"}`)
	slow := []broadcast{w.publish("appeal"), w.publish("appeal"), w.publish("appeal")}
	w.awaitMore(5)
	alert := w.publish("alert")
	w.settle(patience())
	items, _ := w.items("?channel=sms")
	lastAlert, after := 0, 0
	for _, it := range items {
		if strings.Contains(it.Text, alert.mark) && !w.leads(it.To) {
			lastAlert = max(lastAlert, it.N)
		}
	}
	for _, it := range items {
		for _, b := range slow {
			if it.N > lastAlert && strings.Contains(it.Text, b.mark) {
				after++
			}
		}
	}
	if after == 0 {
		t.Error("no appeal was left when the alert's last text went: it overtook nothing")
	}
	w.say("%d texts of appeals went after the alert's last", after)
}

func (w *town) leads(to string) bool {
	for _, p := range w.people {
		if p.leads && p.at[channels.SMS] == to {
			return true
		}
	}
	return false
}

// TestDigestOnce lets three nodes make the infoflash, with kills around its
// minute: everybody gets one, with every tip in it.
func TestDigestOnce(t *testing.T) {
	if !long(t) {
		t.Skip("part of make faults: the infoflash is due on a whole minute")
	}
	t.Parallel()
	w := seeded(t, 20)
	w.flashIn(2)
	w.external(3, 1)
	w.startNodes()
	w.publish("prevention")
	w.publish("prevention")
	time.Sleep(time.Until(w.flash))
	for range 6 {
		w.killNode()
	}
	w.settle(patience())
	items, _ := w.items("")
	for _, it := range items {
		if strings.Contains(it.Subject+it.Text, w.published[0].mark) {
			if !strings.Contains(it.Subject+it.Text, w.published[1].mark) && !w.leadsAt(it.To) {
				t.Errorf("an infoflash by %s holds one tip of two", it.Channel)
			}
		}
	}
	w.alive()
}

func (w *town) leadsAt(to string) bool {
	for _, p := range w.people {
		for _, address := range p.at {
			if p.leads && address == to {
				return true
			}
		}
	}
	return false
}
