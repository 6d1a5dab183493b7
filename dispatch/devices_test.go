package dispatch_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// Several addresses on one channel are one person. For people with up to three
// phones, of which any may be gone at once or be reported so later: the next
// channel is used once for whom no phone reached, and never for the others.
func TestFallbackIsPerPersonNotPerDevice(t *testing.T) {
	for _, seed := range seeds(t, 8) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			w := newWorld(t, seed)
			w.partnership("home", townPlan)
			w.faults = faults{lost: 20, twice: 20, crashBefore: 5, crashAfter: 5, retryable: 15, cutTaken: 5, cutLost: 5}
			w.perhapsAtOnce(seed)
			w.provider.gone = make(map[channels.Address]bool)
			goneLater := w.peopleWithPhones(30)
			m := w.publish(broker.Message{Kind: broker.Alert})
			w.pass(time.Minute, 10*time.Second)
			w.approve(m, "home")
			w.pass(30*time.Minute, 10*time.Second)
			w.reportGone(goneLater)
			w.pass(30*time.Minute, 10*time.Second)
			w.onePerPerson()
			if !w.status(m).Done {
				t.Errorf("not done: %+v", w.status(m).Partnerships)
			}
		})
	}
}

// peopleWithPhones imports n people with one to three numbers and an email
// address. Some numbers are gone, some will be reported so: those are returned.
func (w *world) peopleWithPhones(n int) (goneLater map[channels.Address]bool) {
	w.t.Helper()
	goneLater = make(map[channels.Address]bool)
	roles := map[int]subscribers.Role{0: subscribers.RoleCoordinator, 1: subscribers.RoleDeputy}
	var rows []store.MemberRow
	for i := range n {
		mail := channels.NewAddress(fmt.Sprintf("p%d@example.be", i))
		contacts := []subscribers.Contact{{Channel: channels.Email, Address: mail, State: subscribers.ContactActive}}
		for phone := range 1 + w.rng.IntN(3) {
			number := channels.NewAddress(fmt.Sprintf("+3247%d%06d", phone, i))
			contacts = append(contacts, subscribers.Contact{Channel: channels.SMS, Address: number, State: subscribers.ContactActive})
			w.provider.gone[number], goneLater[number] = w.rng.IntN(2) == 0, w.rng.IntN(2) == 0
		}
		role, ok := roles[i]
		if !ok {
			role = subscribers.RoleMember
		}
		rows = append(rows, store.MemberRow{Role: role, Member: subscribers.Member{Name: fmt.Sprintf("Person %d", i), Lang: broker.French, Contacts: contacts}})
	}
	if _, err := w.store.ImportMembers(w.t.Context(), "home", rows, subscribers.Consent{At: w.now, How: "test"}); err != nil {
		w.t.Fatal(err)
	}
	return goneLater
}

// reportGone is the provider saying later that it could not deliver after all.
func (w *world) reportGone(which map[channels.Address]bool) {
	w.t.Helper()
	for _, d := range w.provider.sent {
		if !which[d.To] || d.Content.Purpose != channels.ForMember {
			continue
		}
		report := channels.Report{Delivery: d.ID, State: channels.Failed, Class: channels.Gone, At: w.now}
		for w.after.Apply(w.t.Context(), []channels.Report{report}) != nil {
			w.now = w.now.Add(time.Second) // the node crashed; the provider calls again
		}
		w.provider.gone[d.To] = true
	}
	w.settle()
}

// onePerPerson compares what each person got with what their phones took.
func (w *world) onePerPerson() {
	w.t.Helper()
	byPhone, byMail := make(map[subscribers.MemberID]int), make(map[subscribers.MemberID]int)
	for _, d := range w.provider.sent {
		e, err := w.store.Entry(w.t.Context(), d.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		switch {
		case e.Purpose != channels.ForMember:
		case e.Channel == channels.Email:
			byMail[e.Member]++
		case !w.provider.gone[d.To]:
			byPhone[e.Member]++
		}
	}
	members, err := w.store.Members(w.t.Context(), subscribers.Audience{Partnership: "home"}, subscribers.MemberID{}, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range members {
		want := 0
		if byPhone[m.ID] == 0 {
			want = 1
		}
		if byMail[m.ID] != want {
			w.t.Errorf("%s: %d phones got it, and %d emails went, want %d", m.Name, byPhone[m.ID], byMail[m.ID], want)
		}
	}
}
