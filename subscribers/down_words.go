package subscribers

import (
	"fmt"

	"relais/broker"
	"relais/channels"
)

// IncidentDown is a provider that does not answer, or answers with faults of its own.
const IncidentDown IncidentKind = "down"

// DownTexts say that the provider of a channel does not work.
func DownTexts(on channels.Name) map[broker.Lang]broker.Text {
	return inEach(func(lang broker.Lang) broker.Text {
		title, body := downWordsIn(lang)
		return broker.Text{Title: fmt.Sprintf(title, on), Body: fmt.Sprintf(body, on)}
	})
}

func downWordsIn(lang broker.Lang) (title, body string) {
	switch lang {
	case broker.French:
		return "Le canal « %s » est en panne", "Le fournisseur du canal « %s » ne répond plus. Relais réessaie au moins chaque minute. Les messages urgents partent par un autre canal quand le plan le permet ; les autres attendent et partiront dès que le fournisseur répondra. S'il s'agit d'une longue panne, appelez le fournisseur."
	case broker.Dutch:
		return "Het kanaal “%s” werkt niet", "De leverancier van het kanaal “%s” antwoordt niet meer. Relais probeert het minstens elke minuut opnieuw. Dringende berichten gaan via een ander kanaal als het plan dat toelaat; de andere wachten en vertrekken zodra de leverancier weer antwoordt. Duurt het lang, bel dan de leverancier."
	case broker.German:
		return "Der Kanal „%s“ ist gestört", "Der Anbieter des Kanals „%s“ antwortet nicht mehr. Relais versucht es mindestens jede Minute erneut. Dringende Nachrichten gehen über einen anderen Kanal, wenn der Plan es zulässt; die übrigen warten und gehen hinaus, sobald der Anbieter wieder antwortet. Dauert es lange, rufen Sie den Anbieter an."
	}
	return "The channel “%s” is down", "The provider of the channel “%s” does not answer any more. Relais tries again at least every minute. Urgent messages go by another channel where the plan has one; the others wait, and go as soon as the provider answers. If it takes long, call the provider."
}
