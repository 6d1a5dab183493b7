package channeltest

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
)

// sampleBase is the id that those of the sample deliveries are derived from.
func sampleBase() uuid.UUID { return uuid.MustParse("019abcde-0000-7000-8000-000000000000") }

// Content returns a sample for one purpose and language, with every field set
// that the purpose has. Each text holds a word that is found nowhere else, so
// that it is recognised where it must not be.
func Content(purpose channels.Purpose, lang broker.Lang) *channels.Content {
	c := &channels.Content{
		Key:         fmt.Sprintf("channeltest/%s/%s", purpose, lang),
		Purpose:     purpose,
		Lang:        lang,
		Partnership: "Quartier des Tilleuls",
		Tag:         "PLP Tilleuls",
		Kind:        broker.Alert,
		Urgency:     broker.Immediate,
		MsgType:     broker.TypeAlert,
		Title:       "Véhicule suspect titre-7f3a1c",
		Body:        "Une camionnette blanche tourne rue des Érables. corps-2b9e44\nN'intervenez pas vous-même.",
		Note:        "Le portail du parc est fermé. note-c0ffee11",
		Sent:        time.Date(2026, 11, 23, 20, 15, 0, 0, time.UTC),
		Expires:     time.Date(2036, 11, 24, 20, 15, 0, 0, time.UTC),
		Collapse:    "channeltest-collapse",
	}
	switch purpose {
	case channels.Ask:
		c.Note, c.Rule = "", "Le coordinateur décide, puis la police après 15 minutes. regle-51d0aa"
	case channels.Notice:
		c.Note, c.Outcome = "", "Envoyé à 58 membres. issue-90be77"
	case channels.Service, channels.Preview:
		c.Note, c.Kind, c.Urgency = "", "", broker.Expected
	case channels.Digest:
		c.Body, c.Note, c.Items = "", "", items()
		c.Covers = []channels.Cover{{Partnership: "Quartier des Tilleuls", Note: "Bonne rentrée à tous. couverture-4d2e19"}}
		c.Kind, c.Urgency = broker.Info, broker.Future
	}
	return c
}

func items() []channels.Item {
	return []channels.Item{
		{Partnership: "Quartier des Tilleuls", Kind: broker.Prevention, Title: "Monoxyde de carbone point-a83f02", Body: "Faites ramoner la cheminée. detail-d41d8c", Note: "Le ramoneur passe en mai. ajout-77aa31"},
		{Partnership: "Commerces du Centre", Kind: broker.Info, Title: "Réunion du 3 décembre point-be12f9", Body: "Maison communale, 19 h 30. detail-e99a18"},
	}
}

func links(n int) channels.Links {
	return channels.Links{
		Decide:      fmt.Sprintf("https://relais.example/a/decide-%04d-k3yk3y", n),
		Open:        fmt.Sprintf("https://relais.example/m/open-%04d-k3yk3y", n),
		Unsubscribe: fmt.Sprintf("https://relais.example/u/leave-%04d-k3yk3y", n),
	}
}

// confidential lists what no error may hold about a delivery.
func confidential(d channels.Delivery) []string {
	c := d.Content
	all := []string{
		d.To.Reveal(), c.Title, c.Body, c.Note, c.Rule, c.Outcome,
		d.Links.Decide, d.Links.Open, d.Links.Unsubscribe,
		"titre-7f3a1c", "corps-2b9e44", "note-c0ffee11", "regle-51d0aa", "issue-90be77", "couverture-4d2e19", "k3yk3y",
	}
	for _, item := range c.Items {
		all = append(all, item.Title, item.Body, item.Note)
	}
	return all
}
