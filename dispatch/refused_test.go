package dispatch_test

import (
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

// The phone company refuses our account. Nobody is failed because of it: what
// may wait waits, an alert goes on by email, the police are told once, and when
// the account is in order everybody gets their message once.
func TestAProviderThatRefusesUs(t *testing.T) {
	w := town(t, 1)
	w.provider.refuses = map[channels.Name]bool{channels.SMS: true}
	alert := w.publish(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"home"}})
	w.pass(10*time.Minute, 5*time.Second)
	if got := w.perPerson(channels.ForMember); len(got) != 40 {
		t.Errorf("%d got the alert by email, want 40", len(got))
	}
	if status := w.status(alert); !status.Done {
		t.Errorf("the alert is not done: %+v", status.Partnerships)
	}
	open, err := w.store.Incidents(t.Context(), "demo", false)
	if err != nil {
		t.Fatal(err)
	}
	if len(open) != 1 || open[0].Kind != "refused" || open[0].Matter != "sms" {
		t.Errorf("incidents %+v, want one about sms", open)
	}

	w.provider.sent = nil
	w.provider.taken = make(map[channels.DeliveryID]int)
	w.partnership("smsonly", "rules: [{approval: {by: police}, channels: {first: [sms]}, when: now}]\ndigest: {every: day, at: \"18:00\"}\n")
	w.people("smsonly", 100, 120)
	before := w.provider.refused
	appeal := w.publish(broker.Message{Kind: broker.Appeal, Partnerships: []broker.PartnershipID{"smsonly"}})
	w.pass(5*time.Minute, 5*time.Second)
	if got := w.perPerson(channels.ForMember); len(got) != 0 {
		t.Errorf("%d got the appeal from a provider that refuses us", len(got))
	}
	// With several nodes the world makes a fresh one for each job.
	if trials := w.provider.refused - before; trials > 6 && w.kit.nodes == 1 {
		t.Errorf("the provider was called %d times in five minutes, want a few trials", trials)
	}
	w.provider.refuses = nil
	w.pass(30*time.Minute, 5*time.Second)
	got := w.perPerson(channels.ForMember)
	for who, copies := range got {
		if copies != 1 {
			t.Errorf("%s got it %d times", who, copies)
		}
	}
	if len(got) != 20 || !w.status(appeal).Done {
		t.Errorf("%d got the appeal once we were taken again, want 20", len(got))
	}
	for _, p := range w.status(appeal).Partnerships {
		for _, c := range p.Channels {
			if c.Counts[channels.Failed] != 0 {
				t.Errorf("%d failed on %s", c.Counts[channels.Failed], c.Channel)
			}
		}
	}
}
