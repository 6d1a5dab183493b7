package dispatch_test

import (
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

// Whether accents may go is said by the plan that routed the message, in its
// questions and its infoflash too; a plan that changes meanwhile does not matter.
func TestEachPlanSaysWhetherAccentsMayGo(t *testing.T) {
	w := newWorld(t, 1)
	w.partnership("home", townPlan+"plain_accents: true\n")
	w.partnership("shop", townPlan)
	w.people("home", 0, 20)
	w.people("shop", 20, 40)
	alert := w.publish(broker.Message{Kind: broker.Alert})
	tip := w.publish(broker.Message{Kind: broker.Prevention})
	w.partnership("home", townPlan)
	w.approveAll(alert)
	w.partnership("home", townPlan+"plain_accents: true\n")
	w.approveAll(tip)
	w.tick()
	w.pass(4*time.Hour, 10*time.Minute)
	w.tick()
	seen := make(map[channels.Purpose]int)
	for _, d := range w.provider.sent {
		seen[d.Content.Purpose]++
		if want := strings.Contains(d.Content.Partnership, "home"); d.Content.Cheaply != want {
			t.Errorf("%s of %s: accents may go %v, want %v", d.Content.Purpose, d.Content.Partnership, d.Content.Cheaply, want)
		}
	}
	if seen[channels.ForMember] != 40 || seen[channels.Digest] != 40 || seen[channels.Ask] < 4 {
		t.Errorf("sent %v, want the alert and the infoflash to 40 people, and questions", seen)
	}
}
