package subscribers

import (
	"fmt"

	"relais/broker"
	"relais/channels"
)

// IncidentRefused is a provider that refuses our account: a password that was
// changed, an invoice that was not paid.
const IncidentRefused IncidentKind = "refused"

// RefusedTexts say that the provider of a channel refuses us, with its code.
func RefusedTexts(on channels.Name, code string) map[broker.Lang]broker.Text {
	return inEach(func(lang broker.Lang) broker.Text {
		title, body := refusedWordsIn(lang)
		return broker.Text{Title: fmt.Sprintf(title, on), Body: fmt.Sprintf(body, on, code)}
	})
}

func refusedWordsIn(lang broker.Lang) (title, body string) {
	switch lang {
	case broker.French:
		return "Rien ne part plus par le canal « %s »", "Le fournisseur du canal « %s » refuse notre compte (code %s). Les messages urgents partent par un autre canal quand le plan le permet ; les autres attendent et partiront dès que le fournisseur nous accepte à nouveau. Vérifiez le compte, le mot de passe et la facture."
	case broker.Dutch:
		return "Via het kanaal “%s” vertrekt niets meer", "De leverancier van het kanaal “%s” weigert onze account (code %s). Dringende berichten gaan via een ander kanaal als het plan dat toelaat; de andere wachten en vertrekken zodra de leverancier ons weer aanvaardt. Kijk de account, het wachtwoord en de factuur na."
	case broker.German:
		return "Über den Kanal „%s“ geht nichts mehr hinaus", "Der Anbieter des Kanals „%s“ lehnt unser Konto ab (Code %s). Dringende Nachrichten gehen über einen anderen Kanal, wenn der Plan es zulässt; die übrigen warten und gehen hinaus, sobald der Anbieter uns wieder annimmt. Prüfen Sie Konto, Passwort und Rechnung."
	}
	return "Nothing goes out by the channel “%s” any more", "The provider of the channel “%s” refuses our account (code %s). Urgent messages go by another channel where the plan has one; the others wait, and go as soon as the provider takes us again. Check the account, the password and the invoice."
}
