package main

import (
	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// demoOfficers are the police of the demonstration's zone: the author of its
// messages and a mandated officer.
func demoOfficers() []store.OfficerRow {
	officer := func(name string, lang broker.Lang, role subscribers.OfficerRole, email, mobile string) store.OfficerRow {
		return store.OfficerRow{Role: role, Member: subscribers.Member{Name: name, Lang: lang, Contacts: []subscribers.Contact{
			{Channel: channels.Email, Address: channels.NewAddress(email), State: subscribers.ContactActive},
			{Channel: channels.SMS, Address: channels.NewAddress(mobile), State: subscribers.ContactActive},
		}}}
	}
	return []store.OfficerRow{
		officer("Insp. Delvaux", broker.French, subscribers.RoleOfficer, "delvaux@police-demo.example", "+32479000001"),
		officer("CP Maes", broker.Dutch, subscribers.RoleMandated, "maes@police-demo.example", "+32479000002"),
	}
}
