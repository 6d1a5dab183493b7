package dispatch_test

import (
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

// silencePlan goes on from SMS to email after five minutes without word.
const silencePlan = `
rules:
  - kinds: [alert]
    approval: {by: police}
    channels: {first: [sms, email], fallback_after: 5m}
    when: now
    ignore_quiet_hours: true
  - approval: {by: police}
    channels: {first: [sms, email], fallback_after: 5m}
    when: now
digest: {every: day, at: "18:00"}
`

// silent is a village of n people whose SMS provider takes everything and says
// what arrived only when the test does.
func silentWorld(t *testing.T, n int) *world {
	w := newWorld(t, 1)
	w.partnership("home", silencePlan)
	w.people("home", 0, n)
	w.provider.reports = true
	return w
}

// sentOn counts what members got on one channel.
func (w *world) sentOn(on channels.Name) int {
	w.t.Helper()
	n := 0
	for _, d := range w.provider.sent {
		e, err := w.store.Entry(w.t.Context(), d.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		if e.Channel == on && e.Purpose == channels.ForMember {
			n++
		}
	}
	return n
}

// says is the provider's word on the SMS of a member.
func (w *world) says(name string, m broker.Message, state channels.State) {
	w.t.Helper()
	e, _ := w.stateOf(name, m)
	r := channels.Report{Delivery: e.ID, Ref: e.ID.String(), State: state, At: w.now}
	if state == channels.Failed {
		r.Class = channels.Gone
	}
	if err := w.after.Apply(w.t.Context(), []channels.Report{r}); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

// An urgent SMS of which the provider says nothing goes on to the next channel;
// one that arrived does not, and a report that comes late changes nothing more.
func TestSilenceGoesOnToTheNextChannel(t *testing.T) {
	w := silentWorld(t, 10)
	m := w.publish(broker.Message{Kind: broker.Alert})
	w.pass(time.Minute, 10*time.Second)
	w.says("Person 3", m, channels.Delivered)
	w.says("Person 4", m, channels.Accepted) // "sent", of no more use than before
	w.says("Person 5", m, channels.Failed)
	if got := w.sentOn(channels.Email); got != 1 {
		t.Errorf("%d emails, want the one for the number that is gone", got)
	}
	w.pass(3*time.Minute+50*time.Second, 10*time.Second)
	if got := w.sentOn(channels.Email); got != 1 {
		t.Errorf("%d emails before the five minutes were over, want 1", got)
	}
	w.pass(time.Minute, 10*time.Second)
	if got := w.sentOn(channels.Email); got != 9 {
		t.Errorf("%d emails, want 9: everybody but the one whose SMS arrived", got)
	}
	w.says("Person 6", m, channels.Failed)
	w.says("Person 7", m, channels.Delivered)
	w.says("Person 8", m, channels.Accepted)
	w.pass(25*time.Hour, 10*time.Minute)
	if sms, mail := w.sentOn(channels.SMS), w.sentOn(channels.Email); sms != 10 || mail != 9 {
		t.Errorf("%d SMS and %d emails in the end, want 10 and 9", sms, mail)
	}
	for name, want := range map[string]channels.State{"Person 6": channels.Failed, "Person 7": channels.Delivered, "Person 9": channels.Accepted} {
		if e, state := w.stateOf(name, m); state != want || !e.NextAt.IsZero() {
			t.Errorf("the SMS of %s: %s, next look %v; want %s for good", name, state, e.NextAt, want)
		}
	}
	if !w.status(m).Done {
		t.Error("not done")
	}
}

// What is not urgent has patience, and so has an SMS of which nobody will report.
func TestSilenceIsForWhatIsUrgentAndReported(t *testing.T) {
	w := silentWorld(t, 4)
	w.publish(broker.Message{Kind: broker.Appeal})
	w.provider.reports = false
	w.publish(broker.Message{Kind: broker.Alert})
	w.pass(time.Hour, time.Minute)
	if got := w.sentOn(channels.Email); got != 0 {
		t.Errorf("%d emails, want none", got)
	}
}
