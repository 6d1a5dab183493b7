package web

import (
	"context"
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Officers makes the world's Insp. Dubois known to the zone demo.
func (w *world) Officers(_ context.Context, zone broker.ZoneID) ([]subscribers.Officer, error) {
	if zone != "demo" || w.nobodyOnFile {
		return nil, nil
	}
	return []subscribers.Officer{{
		Member: subscribers.Member{ID: coordinatorID, Name: author, Lang: broker.French, Contacts: []subscribers.Contact{
			{Channel: channels.Email, Address: channels.NewAddress("dubois@police.example"), State: subscribers.ContactActive},
			{Channel: channels.SMS, Address: channels.NewAddress("+32470123456"), State: subscribers.ContactStopped},
		}},
		Zone: "demo", Role: subscribers.RoleMandated,
	}}, nil
}

// Programs learn who is on file and how they are reached, never where.
func TestAPIOfficers(t *testing.T) {
	w := newWorld(t)
	body := w.get("/api/officers?zone=demo").Body.String()
	for _, want := range []string{`"name":"` + author + `"`, `"role":"mandated"`, `"channels":["email"]`} {
		if !strings.Contains(strings.ReplaceAll(body, ": ", ":"), want) {
			t.Errorf("%s is missing in %s", want, body)
		}
	}
	if strings.Contains(body, "police.example") {
		t.Error("an address is shown")
	}
	if body := w.get("/api/officers?zone=other").Body.String(); strings.Contains(body, author) {
		t.Error("another zone has the officer too")
	}
}
