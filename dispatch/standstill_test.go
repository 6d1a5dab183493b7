package dispatch_test

import (
	"fmt"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/dispatch/inmem"
	"relais/subscribers"
)

// The phone company refuses our account. Nobody is failed because of it: what
// may wait waits, an alert goes on by email, the police are told once, and when
// the account is in order everybody gets their message once.
func TestAProviderThatRefusesUs(t *testing.T) {
	for _, atOnce := range []bool{false, true} {
		t.Run(fmt.Sprintf("at once %t", atOnce), func(t *testing.T) { refusesUs(t, atOnce) })
	}
}

func refusesUs(t *testing.T, atOnce bool) {
	w := town(t, 1)
	if atOnce {
		w.callAtOnce()
	}
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

// The phone company does not answer for two hours. After a few calls that found
// that out it is tried now and then. An alert goes on by email within a minute,
// what may wait waits, its attempts are not used up, and everybody gets it once.
func TestAProviderThatIsDown(t *testing.T) {
	w := town(t, 1)
	w.partnership("smsonly", "rules: [{approval: {by: police}, channels: {first: [sms]}, when: now}]\ndigest: {every: day, at: \"18:00\"}\n")
	w.people("smsonly", 100, 120)
	w.provider.down = map[channels.Name]bool{channels.SMS: true}
	alert := w.publish(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"home"}})
	appeal := w.publish(broker.Message{Kind: broker.Appeal, Partnerships: []broker.PartnershipID{"smsonly"}})
	w.pass(time.Minute, 5*time.Second)
	if w.kit.nodes == 1 { // with several, the world makes a fresh one for each job, and none finds out
		if got := w.perPerson(channels.ForMember); len(got) != 40 {
			t.Errorf("%d got the alert by email within a minute, want 40", len(got))
		}
		if open := w.incidents(); len(open) != 1 || open[0].Kind != subscribers.IncidentDown || open[0].Matter != "sms" {
			t.Errorf("incidents %+v, want one that sms is down", open)
		}
	}
	before := w.provider.calls
	w.pass(2*time.Hour, 5*time.Second)
	if calls := w.provider.calls - before; calls > 2*60*3+10 && w.kit.nodes == 1 {
		t.Errorf("the provider was called %d times in two hours, want three trials a minute", calls)
	}
	// It comes back when a trial has just failed.
	for trials, tries := w.provider.calls, 0; w.provider.calls == trials && tries < 20; tries++ {
		w.pass(5*time.Second, 5*time.Second)
	}
	w.provider.down = nil
	w.pass(30*time.Second, 5*time.Second)
	if got := w.perPerson(channels.ForMember); len(got) != 60 && w.kit.nodes == 1 {
		t.Errorf("%d got alert and appeal half a minute after the provider was back, want 60", len(got))
	}
	w.pass(10*time.Minute, 5*time.Second)
	for who, copies := range w.perPerson(channels.ForMember) {
		if copies != 1 {
			t.Errorf("%s got it %d times", who, copies)
		}
	}
	if w.kit.nodes > 1 {
		return
	}
	if got := w.perPerson(channels.ForMember); len(got) != 60 || !w.status(alert).Done || !w.status(appeal).Done {
		t.Errorf("%d got alert and appeal in the end, want 60", len(got))
	}
	if letters, err := w.store.DeadLetters(t.Context()); err != nil || len(letters) != 0 {
		t.Errorf("%d dead letters, %v: attempts were used up", len(letters), err)
	}
}

// A provider that wants fewer calls is left alone for as long as it said, by
// every job; the alert does not wait so long.
func TestAProviderThatWantsFewerCalls(t *testing.T) {
	w := town(t, 1)
	w.partnership("smsonly", "rules: [{approval: {by: police}, channels: {first: [sms]}, when: now}]\ndigest: {every: day, at: \"18:00\"}\n")
	w.people("smsonly", 100, 120)
	rates := inmem.NewLimiter(func() time.Time { return w.now })
	w.limit(rates)
	w.provider.slow = map[channels.Name]bool{channels.SMS: true}
	appeal := w.publish(broker.Message{Kind: broker.Appeal, Partnerships: []broker.PartnershipID{"smsonly"}})
	before := w.provider.calls
	w.limit(rates) // another node, which has called nobody
	alert := w.publish(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"home"}})
	w.pass(50*time.Second, 5*time.Second)
	if w.provider.calls != before {
		t.Errorf("%d calls while the provider wanted none", w.provider.calls-before)
	}
	if got := w.perPerson(channels.ForMember); len(got) != 40 || !w.status(alert).Done {
		t.Errorf("%d got the alert by email, want 40", len(got))
	}
	w.provider.slow = nil
	w.pass(2*time.Minute, 5*time.Second)
	if got := w.perPerson(channels.ForMember); len(got) != 60 || !w.status(appeal).Done {
		t.Errorf("%d got alert and appeal in the end, want 60", len(got))
	}
}

// limit gives every sender the same limiter.
func (w *world) limit(l dispatch.Limiter) {
	for name, sender := range w.senders {
		s := *sender
		s.Limiter = l
		w.senders[name] = dispatch.NewSender(s)
	}
}
