package dispatch_test

import (
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

const (
	wakesPlan = `
rules:
  - approval: {by: coordinator, within: 24h}
    channels: {first: [sms]}
    when: now
    ignore_quiet_hours: true
digest: {every: day, at: "18:00"}
`
	sleepsPlan = `
rules:
  - approval: {by: coordinator, within: 24h}
    channels: {first: [sms]}
    when: now
quiet_hours: {from: "22:00", to: "07:00"}
digest: {every: day, at: "18:00"}
`
)

// street and quarter share Person 5.
func neighbours(t *testing.T, street, quarter string) *world {
	w := newWorld(t, 1)
	w.partnership("street", street)
	w.partnership("quarter", quarter)
	w.people("street", 0, 6)
	w.people("quarter", 5, 10)
	return w
}

// Who would be woken by one of their partnerships does not wait until morning
// because the other one lets its members sleep, in whatever order they grant it.
func TestTheSoonerPartnershipSends(t *testing.T) {
	for _, order := range [][]broker.PartnershipID{{"street", "quarter"}, {"quarter", "street"}} {
		w := neighbours(t, sleepsPlan, wakesPlan)
		w.now = time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
		m := w.publish(broker.Message{Kind: broker.Alert})
		for _, p := range order {
			w.approve(m, p)
			w.pass(2*time.Minute, 10*time.Second)
		}
		if got := w.copies("Person 5", channels.ForMember); got != 1 {
			t.Errorf("%v: %d at night, want 1", order, got)
		}
		w.pass(10*time.Hour, 10*time.Minute)
		if got := w.copies("Person 5", channels.ForMember); got != 1 {
			t.Errorf("%v: %d by the morning, want 1", order, got)
		}
	}
}

// What came to nothing in one partnership still goes through the other: the
// number is gone, or the person has left.
func TestTheOtherPartnershipStandsIn(t *testing.T) {
	byEmail := strings.Replace(wakesPlan, "[sms]", "[email]", 1)
	for _, tc := range []struct {
		name    string
		street  string
		happens func(w *world)
	}{
		{"the number is gone", wakesPlan, func(w *world) {
			w.provider.gone = map[channels.Address]bool{w.member("Person 5").Contacts[0].Address: true}
		}},
		{"left while it was held", sleepsPlan, func(w *world) {
			if err := w.store.Stop(w.t.Context(), w.member("Person 5").ID, "street", w.now); err != nil {
				w.t.Fatal(err)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := neighbours(t, tc.street, strings.Replace(byEmail, "    ignore_quiet_hours: true\n", "", 1)+"quiet_hours: {from: \"22:00\", to: \"07:00\"}\n")
			w.now = time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
			m := w.publish(broker.Message{Kind: broker.Alert})
			w.hold = true // nothing is called yet
			w.approve(m, "street")
			w.approve(m, "quarter")
			tc.happens(w)
			w.hold = false
			w.pass(10*time.Hour, 10*time.Minute)
			if got := w.copies("Person 5", channels.ForMember); got != 1 {
				t.Errorf("%d by the morning, want 1", got)
			}
			if !w.status(m).Done {
				t.Errorf("not done: %+v", w.status(m).Partnerships)
			}
		})
	}
}

// An infoflash to an address that is gone goes on to the next channel, the same
// day and whole, also when the provider says so later.
func TestInfoflashFallsBack(t *testing.T) {
	for _, later := range []bool{false, true} {
		w := town(t, 1)
		mail := w.member("Person 5").Contacts[1].Address
		w.provider.reports = true
		w.provider.gone = map[channels.Address]bool{mail: !later}
		for range 2 {
			w.approve(w.publish(broker.Message{Kind: broker.Prevention, Partnerships: []broker.PartnershipID{"home"}}), "home")
		}
		w.now = time.Date(2026, 11, 23, 17, 5, 0, 0, time.UTC)
		w.tick()
		if later {
			if err := w.after.Apply(t.Context(), []channels.Report{{Delivery: w.infoflashTo(mail).ID, State: channels.Failed, Class: channels.Gone, At: w.now}}); err != nil {
				t.Fatal(err)
			}
		}
		w.pass(10*time.Minute, time.Minute)
		got := w.infoflashTo(w.member("Person 5").Contacts[0].Address)
		if got.Content == nil || len(got.Content.Items) != 2 {
			t.Fatalf("reported later %v: no infoflash of two by SMS, but %+v", later, got)
		}
	}
}

// infoflashTo is the last infoflash that an address was sent.
func (w *world) infoflashTo(a channels.Address) (last channels.Delivery) {
	for _, d := range w.provider.sent {
		if d.To == a && d.Content.Purpose == channels.Digest {
			last = d
		}
	}
	return last
}
