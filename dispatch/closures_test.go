package dispatch_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// bounceWorld sends emails first, then SMS, to three people.
func bounceWorld(t *testing.T) *world {
	w := newWorld(t, 7)
	w.after.CloseAfter = map[channels.Name]int{channels.Email: 2}
	w.sweeper.After = w.after
	w.partnership("home", `{rules: [{approval: {by: police}, channels: {first: [email, sms]}, when: now}], digest: {every: day}}`)
	w.people("home", 0, 3)
	return w
}

// alert is sent, and what the mail server says of the third person's is applied.
func (w *world) alert(said channels.Report) {
	w.t.Helper()
	before := len(w.provider.sent)
	w.publish(broker.Message{Kind: broker.Alert})
	for _, d := range w.provider.sent[before:] {
		if d.To.Reveal() == "p2@example.be" {
			said.Delivery, said.At = d.ID, w.now
			if err := w.after.Apply(w.t.Context(), []channels.Report{said}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	w.settle()
	w.pass(time.Minute, 10*time.Second)
}

// sentTo lists what the third person got, in order.
func (w *world) sentTo() []string {
	var got []string
	for _, d := range w.provider.sent {
		switch d.To.Reveal() {
		case "p2@example.be":
			got = append(got, "email: "+d.Content.Title)
		case "+32470000002":
			got = append(got, "sms: "+d.Content.Title)
		}
	}
	return got
}

func TestBounces(t *testing.T) {
	gone := channels.Report{State: channels.Failed, Class: channels.Gone, Code: "5.1.1"}
	for name, tc := range map[string]struct {
		said []channels.Report
		want []string
	}{
		"it does not exist": {[]channels.Report{gone, gone, gone}, []string{
			"email: Titre", "sms: Titre", // the next channel takes over
			"email: Titre", "sms: Titre", "sms: Votre adresse e-mail ne fonctionne plus",
			"sms: Titre", // the address is closed
		}},
		"it refuses": {[]channels.Report{{State: channels.Failed, Class: channels.Rejected}, {State: channels.Failed, Class: channels.Rejected}, {}}, []string{
			"email: Titre", "sms: Titre", "email: Titre", "sms: Titre", "email: Titre",
		}},
		"a complaint": {[]channels.Report{{State: channels.Delivered, Class: channels.OptedOut}, {}}, []string{
			"email: Titre", // it arrived: the message is not sent again
			"sms: Titre",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := bounceWorld(t)
			for _, said := range tc.said {
				w.alert(said)
			}
			if diff := cmp.Diff(tc.want, w.sentTo()); diff != "" {
				t.Errorf("the third person got (-want +got):\n%s", diff)
			}
		})
	}
}

// A bounce changes nothing for those whose email has arrived, and an alert
// does not stay open for it.
func TestNothingWaitsForBounces(t *testing.T) {
	w := bounceWorld(t)
	w.alert(channels.Report{State: channels.Failed, Class: channels.Gone})
	due, err := w.store.Due(t.Context(), w.now.Add(time.Hour), time.Minute, 10)
	if err != nil || len(due) != 0 {
		t.Errorf("%d deliveries are looked at again (%v), want none", len(due), err)
	}
	for _, d := range w.provider.sent {
		e, err := w.store.Entry(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := channels.Accepted
		if d.To.Reveal() == "p2@example.be" {
			want = channels.Failed
		}
		if e.Purpose == channels.ForMember && e.State != want {
			t.Errorf("%s: %s, want %s", e.Channel, e.State, want)
		}
	}
	if w.contactOf("p2@example.be") != subscribers.ContactActive {
		t.Error("one bounce closed the address")
	}
}

func (w *world) contactOf(address string) subscribers.ContactState {
	members, err := w.store.Members(w.t.Context(), subscribers.Audience{Partnership: "home"}, subscribers.MemberID{}, 10)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range members {
		for _, c := range m.Contacts {
			if c.Address.Reveal() == address {
				return c.State
			}
		}
	}
	return ""
}
