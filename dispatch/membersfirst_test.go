package dispatch_test

import (
	"encoding/json"
	"testing"

	"relais/broker"
)

// A message is planned before coordinators are told that it goes, whether one of
// them was asked or not: its members do not stand in line behind their letters.
func TestMembersComeBeforeNotices(t *testing.T) {
	w := town(t, 1)
	first := func(what string) {
		t.Helper()
		if len(w.queue) < 2 || w.queue[0].Subject.Tokens()[1] != "approval" {
			t.Errorf("%s: of %d events the first is not the approval's", what, len(w.queue))
		}
		w.settle()
	}
	m := w.valid(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"home"}})
	data, err := json.Marshal(m)
	w.must(err)
	w.must(w.router.Handle(t.Context(), broker.Event{Subject: broker.MessageSubject(m.Zone), Data: data}))
	first("nobody need be asked")
	m = w.publish(broker.Message{Kind: broker.Alert, Partnerships: []broker.PartnershipID{"home"}})
	w.decide(m, "home")
	first("one of them said yes")
}
