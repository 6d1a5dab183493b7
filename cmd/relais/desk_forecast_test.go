package main

import (
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

// What the desk foretells is what the plan then writes; whoever is in two of the
// partnerships is counted once, whichever of them comes to send it.
func TestForecastIsWhatIsPlanned(t *testing.T) {
	d, _ := newVillage(t, nil)
	ctx := t.Context()
	if err := d.start(ctx, true); err != nil {
		t.Fatal(err)
	}
	f, err := d.node.newForecaster()
	if err != nil {
		t.Fatal(err)
	}
	partnerships, err := d.node.store.Partnerships(ctx, "demo")
	if err != nil {
		t.Fatal(err)
	}
	m := stamped(demoAlert()).WithUsual()
	m.Expires = m.Sent.Add(2 * time.Hour)
	told, err := f.Forecast(ctx, m, partnerships)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, one := range told {
		if len(one.Gaps) > 0 || one.Euros <= 0 || len(one.Asked) == 0 {
			t.Errorf("%s: gaps %v, EUR %g, asked %v", one.Partnership.ID, one.Gaps, one.Euros, one.Asked)
		}
		for _, l := range one.Leaving {
			want += l.People
		}
	}
	sent, err := d.carry(ctx, demoAlert(), 2*time.Hour)
	if err == nil {
		err = d.waitForPlan(ctx, sent.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := planned(t, d, sent.ID); got != want || got < 100 {
		t.Errorf("%d were planned, %d foretold", got, want)
	}
}

// planned counts what was written to be sent, whatever became of it.
func planned(t *testing.T, d *demo, id broker.MessageID) (n int) {
	t.Helper()
	status, err := d.node.store.Status(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range status.Partnerships {
		for _, c := range p.Channels {
			for state, deliveries := range c.Counts {
				if state != channels.Suppressed {
					n += deliveries
				}
			}
		}
	}
	return n
}
