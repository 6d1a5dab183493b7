package main

import (
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// The desk shows the price of ê, and what it costs without.
func TestDeskPreview(t *testing.T) {
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPreviewer(words, []channels.Name{channels.SMS, channels.Email, channels.Push}, "https://relais.example.be", 0.055)
	if err != nil {
		t.Fatal(err)
	}
	m := broker.Message{
		Kind: broker.Alert, MsgType: broker.TypeAlert, Urgency: broker.Immediate,
		Texts: map[broker.Lang]broker.Text{broker.French: {Title: "Fenêtre forcée", Body: "Rue des Tilleuls, deux personnes en fuite."}},
	}
	to := subscribers.Partnership{Name: "PLP Les Tilleuls", Tag: "PLP Tilleuls", Languages: []broker.Lang{broker.French}}
	got, err := p.Preview(m, broker.French, to, subscribers.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	if sms := got.SMS; sms.Written.Parts != 2 || sms.Plain.Parts != 1 || sms.Written.Euros != 0.11 || len(sms.Costly) != 1 || sms.Costly[0].To != "e" {
		t.Errorf("SMS: got %+v", sms)
	}
	if !strings.HasPrefix(got.Email.Title, "[PLP Tilleuls] ") || !strings.Contains(got.Email.Body, "https://relais.example.be/m/") || !strings.Contains(got.Push.Body, "Fenêtre forcée") {
		t.Errorf("email %+v, push %+v", got.Email, got.Push)
	}
	for name, shown := range map[string]string{"SMS": got.SMS.Written.Text, "email": got.Email.Body, "push": got.Push.Body} {
		if !strings.Contains(shown, "101") {
			t.Errorf("the %s does not say whom to call", name)
		}
	}
}
