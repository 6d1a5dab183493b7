package dispatch_test

import (
	"slices"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

const thriftyPlan = `
rules:
  - kinds: [alert]
    approval: {by: police}
    channels: {first: [sms, email]}
    when: now
  - approval: {by: police}
    channels: {all: [sms, email]}
    when: now
budget: {month: 1.25}
digest: {every: day, at: "18:00"}
`

// Twenty SMS of five cents are 80 % of the month's EUR 1.25. From then on what
// is not urgent goes by email to those who have it; an alert goes as always.
// The coordinator and the mandated officer hear of it once, and the next month
// begins anew.
func TestBudgetNearlySpent(t *testing.T) {
	w := newWorld(t, 1)
	w.partnership("home", thriftyPlan)
	w.people("home", 0, 15)
	w.landlinesOnly("home", 5) // five who have a mobile and no email
	w.officers()
	by := func(kind broker.Kind, urgency broker.Urgency) map[channels.Name]int {
		m := w.publish(broker.Message{Kind: kind, Urgency: urgency})
		counts := make(map[channels.Name]int)
		for _, c := range w.status(m).Partnerships[0].Channels {
			counts[c.Channel] = c.Counts[channels.Accepted] + c.Counts[channels.Delivered]
		}
		return counts
	}
	want := func(what string, got map[channels.Name]int, sms, email int) {
		t.Helper()
		if got[channels.SMS] != sms || got[channels.Email] != email {
			t.Errorf("%s went %v, want %d by SMS and %d by email", what, got, sms, email)
		}
	}
	w.warned(0)
	want("the first", by(broker.Info, broker.Expected), 20, 15)
	if spent := w.spent("home"); spent != subscribers.Euros(1.10) { // and coordinator and deputy were told, by SMS
		t.Errorf("%.2f euros spent, want 1.10", spent.InEuros())
	}
	w.warned(2)
	want("a tip", by(broker.Prevention, broker.Future), 5, 15)
	want("an alert that is not urgent", by(broker.Alert, broker.Expected), 20, 0)
	want("an urgent appeal", by(broker.Appeal, broker.Immediate), 20, 15)
	w.warned(2)
	w.tight("home", 1)
	w.tight("elsewhere", 0)
	w.now = w.now.AddDate(0, 1, 0)
	w.tight("home", 0)
	want("next month's first", by(broker.Info, broker.Expected), 20, 15)
	w.warned(4)
}

// tight expects so many partnerships of a zone to have nearly spent their budget.
func (w *world) tight(of string, want int) {
	w.t.Helper()
	zone := broker.ZoneID("nowhere")
	if of == "home" {
		p, err := w.store.Partnership(w.t.Context(), "home")
		if err != nil {
			w.t.Fatal(err)
		}
		zone = p.Zone
	}
	found, err := w.budgets.Tight(w.t.Context(), zone)
	if err != nil || len(found) != want {
		w.t.Errorf("%s: %d have nearly spent their budget, want %d (%v)", of, len(found), want, err)
	}
}

// landlinesOnly adds people whom only an SMS reaches.
func (w *world) landlinesOnly(id broker.PartnershipID, n int) {
	w.t.Helper()
	var rows []store.MemberRow
	for i := range n {
		rows = append(rows, store.MemberRow{Role: subscribers.RoleMember, Member: subscribers.Member{Name: "SMS only", Lang: broker.French, Contacts: []subscribers.Contact{
			{Channel: channels.SMS, Address: channels.NewAddress("+3246000000" + string(rune('0'+i))), State: subscribers.ContactActive},
		}}})
	}
	if _, err := w.store.ImportMembers(w.t.Context(), id, rows, subscribers.Consent{At: w.now, How: "test"}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) spent(id broker.PartnershipID) subscribers.Money {
	w.t.Helper()
	p, err := w.store.Partnership(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	spent, err := w.store.Spent(w.t.Context(), id, p.MonthOf(w.now))
	if err != nil {
		w.t.Fatal(err)
	}
	return subscribers.Spending{ByChannel: spent}.Total()
}

// warned looks at the budgets, more than once, and counts the letters so far.
func (w *world) warned(letters int) {
	w.t.Helper()
	for range 3 {
		if err := w.budgets.Tick(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		w.pass(10*time.Second, 10*time.Second)
	}
	to := w.letters("budget du mois")
	if len(to) != letters || letters > 0 && (!slices.Contains(to, "maes@police.example") || !slices.Contains(to, "+32470000000")) {
		w.t.Errorf("warned %v, want %d letters, to the coordinator and the mandated officer", to, letters)
	}
}
