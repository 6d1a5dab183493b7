package dispatch_test

import (
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

const cappedPlan = `
rules:
  - kinds: [alert]
    approval: {by: police}
    channels: {first: [sms, email]}
    when: now
  - approval: {by: police}
    channels: {first: [email, sms]}
    when: now
per_day: 2
digest: {every: day, at: "18:00"}
`

// The third message of a day waits for the infoflash; what is urgent, and what
// would be of no more use by then, does not.
func TestAtMostTwoADay(t *testing.T) {
	w := newWorld(t, 1)
	w.partnership("home", cappedPlan)
	w.people("home", 0, 12)
	send := func(kind broker.Kind, expires time.Duration) broker.Message {
		return w.publish(broker.Message{Kind: kind, Expires: w.now.Add(expires)})
	}
	waiting := func(m broker.Message) int {
		n := 0
		for _, c := range w.status(m).Partnerships[0].Channels {
			n += c.Counts[channels.Digested]
		}
		return n
	}
	first := send(broker.Info, 48*time.Hour)
	second := send(broker.Info, 48*time.Hour)
	third := send(broker.Appeal, 48*time.Hour)
	alert := send(broker.Alert, 48*time.Hour)
	short := send(broker.Appeal, time.Hour)
	for _, tc := range []struct {
		name string
		m    broker.Message
		want int
	}{{"first", first, 0}, {"second", second, 0}, {"third", third, 12}, {"alert", alert, 0}, {"of use for an hour", short, 0}} {
		if got := waiting(tc.m); got != tc.want {
			t.Errorf("%s: %d wait for the infoflash, want %d", tc.name, got, tc.want)
		}
	}
	w.now = w.now.Add(4 * time.Hour)
	w.tick()
	for id, n := range w.perPerson(channels.Digest) {
		if n != 1 {
			t.Errorf("%s got %d infoflashes, want one with the third", id, n)
		}
	}
	if got := len(w.perPerson(channels.Digest)); got != 12 {
		t.Errorf("%d got the infoflash, want 12", got)
	}
	w.now = w.now.Add(24 * time.Hour)
	if got := waiting(send(broker.Info, 48*time.Hour)); got != 0 {
		t.Errorf("the next day %d still wait, want a new count", got)
	}
}
