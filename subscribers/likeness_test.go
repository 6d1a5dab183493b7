package subscribers

import (
	"testing"
	"time"

	"relais/broker"
)

func TestLikelyDuplicates(t *testing.T) {
	now := monday()
	text := func(title, body string) map[broker.Lang]broker.Text {
		return map[broker.Lang]broker.Text{broker.French: {Title: title, Body: body}}
	}
	message := func(change func(*broker.Message)) broker.Message {
		m := broker.Message{
			ID: broker.NewMessageID(), Zone: "demo", Kind: broker.Alert, MsgType: broker.TypeAlert, Sent: now, Expires: now.Add(3 * time.Hour),
			Partnerships: []broker.PartnershipID{"tilleuls"},
			Texts:        text("Camionnette blanche suspecte", "Une camionnette blanche tourne rue des Érables. Deux hommes à bord. N’intervenez pas."),
		}
		change(&m)
		return m
	}
	first := message(func(*broker.Message) {})
	for _, tc := range []struct {
		name   string
		change func(*broker.Message)
		want   bool
	}{
		{"the same again", func(*broker.Message) {}, true},
		{"in other words", func(m *broker.Message) {
			m.Texts = text("Véhicule suspect", "CAMIONNETTE blanche, deux hommes, rue des Erables. Ne pas intervenir.")
		}, true},
		{"the whole zone", func(m *broker.Message) { m.Partnerships = nil }, true},
		{"another street and story", func(m *broker.Message) {
			m.Texts = text("Cambriolage en cours", "Des voleurs ont été vus avenue de la Gare. Appelez le 101 si vous voyez quelque chose.")
		}, false},
		{"the same kind of thing elsewhere", func(m *broker.Message) {
			m.Texts = text("Voiture grise suspecte", "Une voiture grise est garée place du Marché depuis ce matin. Une femme au volant.")
		}, false},
		{"another partnership", func(m *broker.Message) { m.Partnerships = []broker.PartnershipID{"gare"} }, false},
		{"another kind", func(m *broker.Message) { m.Kind = broker.Hazard }, false},
		{"another language", func(m *broker.Message) {
			m.Texts = map[broker.Lang]broker.Text{broker.Dutch: first.Texts[broker.French]}
		}, false},
		{"three hours later", func(m *broker.Message) { m.Sent = now.Add(3 * time.Hour) }, false},
		{"published again under its own id", func(m *broker.Message) { m.ID = first.ID }, false},
	} {
		second := message(tc.change)
		if got := len(LikelyDuplicates(second, []broker.Message{first}, 2*time.Hour)) == 1; got != tc.want {
			t.Errorf("%s: likely %v, want %v (likeness %.2f)", tc.name, got, tc.want,
				Likeness(first.Texts[broker.French], second.Texts[broker.French]))
		}
	}
}

func TestWhatAnswersAnotherIsNoDuplicate(t *testing.T) {
	if MayRepeat(broker.Message{Kind: broker.Alert, MsgType: broker.TypeUpdate}) || MayRepeat(broker.Message{Kind: broker.Test, MsgType: broker.TypeAlert}) {
		t.Error("a correction or a monthly test counts as a duplicate")
	}
}
