package web

import (
	"context"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// addressed gives the member a telephone, an email address and a browser.
func (w *world) addressed() {
	m := w.members[memberID]
	m.Contacts = nil
	for on, address := range map[channels.Name]string{channels.SMS: "+32470000001", channels.Email: "petit@example.be", channels.Push: `{"endpoint":"https://push.example/1"}`} {
		m.Contacts = append(m.Contacts, subscribers.Contact{
			Channel: on, Address: channels.NewAddress(address), State: subscribers.ContactActive,
			Consent: subscribers.Consent{At: w.now.AddDate(0, -1, 0), How: "import 2026-10-23"},
		})
	}
	slices.SortFunc(m.Contacts, func(a, b subscribers.Contact) int {
		order := []channels.Name{channels.SMS, channels.Email, channels.Push}
		return slices.Index(order, a.Channel) - slices.Index(order, b.Channel)
	})
	w.members[memberID] = m
}

func (w *world) MembersAt(_ context.Context, on channels.Name, hash channels.AddressHash) (found []subscribers.Member, _ error) {
	for _, m := range w.members {
		if slices.ContainsFunc(m.Contacts, func(c subscribers.Contact) bool { return c.Channel == on && c.Address.Hash(on) == hash }) {
			found = append(found, m)
		}
	}
	return found, nil
}

func (w *world) PreferContact(_ context.Context, id subscribers.MemberID, on channels.Name, hash channels.AddressHash) error {
	m := w.members[id]
	m.Contacts = slices.Clone(m.Contacts)
	slices.SortStableFunc(m.Contacts, func(a, b subscribers.Contact) int {
		first := func(c subscribers.Contact) int {
			if c.Channel == on && c.Address.Hash(on) == hash {
				return 0
			}
			return 1
		}
		return first(a) - first(b)
	})
	w.members[id] = m
	return nil
}

func (w *world) StopContact(_ context.Context, id subscribers.MemberID, on channels.Name, to channels.Address) error {
	m := w.members[id]
	m.Contacts = slices.Clone(m.Contacts)
	for i, c := range m.Contacts {
		if c.Channel == on && c.Address == to {
			m.Contacts[i].State = subscribers.ContactStopped
		}
	}
	w.members[id] = m
	return nil
}

func (w *world) Received(_ context.Context, id subscribers.MemberID, _ time.Time, _ int) ([]subscribers.Received, error) {
	if id != memberID {
		return nil, nil
	}
	return []subscribers.Received{
		{Message: alertID, Revision: 1, Partnership: "tilleuls", Channel: channels.SMS, At: w.now.Add(-time.Minute), Arrived: true},
		{Message: tipID, Revision: 1, Partnership: "lindendorp", Channel: channels.Email, Digest: true, At: w.now.Add(-time.Hour)},
		{Message: broker.NewMessageID(), Revision: 1, Partnership: "tilleuls", Channel: channels.SMS, At: w.now}, // kept no more
	}, nil
}

func (w *world) Dossier(ctx context.Context, id subscribers.MemberID) (subscribers.Dossier, error) {
	m, err := found(w.members, id)
	d := subscribers.Dossier{Member: m}
	in, _ := w.Belonging(ctx, id) // it never fails
	for _, p := range in {
		d.Memberships = append(d.Memberships, subscribers.Membership{Partnership: p, Role: subscribers.RoleMember, Joined: w.now.AddDate(-1, 0, 0)})
	}
	if id == memberID {
		d.Written = []subscribers.Written{{Partnership: "tilleuls", Text: "Merci", At: w.now.AddDate(0, 0, -3)}}
	}
	return d, err
}

func (w *world) Erase(_ context.Context, id subscribers.MemberID, _ time.Time) error {
	delete(w.members, id)
	return nil
}
