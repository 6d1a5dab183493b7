package subscribers

import (
	"fmt"

	"relais/broker"
)

// IncidentDead is work that was given up, and that nobody has replayed.
const IncidentDead IncidentKind = "dead"

// DeadTexts say that n pieces of work were given up.
func DeadTexts(n int) map[broker.Lang]broker.Text {
	return inEach(func(lang broker.Lang) broker.Text {
		title, body := deadWordsIn(lang)
		return broker.Text{Title: title, Body: fmt.Sprintf(body, n)}
	})
}

func deadWordsIn(lang broker.Lang) (title, body string) {
	switch lang {
	case broker.French:
		return "Du travail a été abandonné", "Relais a abandonné du travail après plusieurs essais (%d en attente) : peut-être un message n'est-il pas parti. La page de la police dit pourquoi. Corrigez la cause, puis relancez ; sans cela rien ne repart."
	case broker.Dutch:
		return "Er is werk opgegeven", "Relais heeft na verschillende pogingen werk opgegeven (%d wachtend): misschien is een bericht niet vertrokken. De pagina van de politie zegt waarom. Verhelp de oorzaak en probeer het opnieuw; anders vertrekt er niets meer."
	case broker.German:
		return "Arbeit wurde aufgegeben", "Relais hat nach mehreren Versuchen Arbeit aufgegeben (%d wartend): Vielleicht ist eine Nachricht nicht hinausgegangen. Die Seite der Polizei sagt, warum. Beheben Sie die Ursache und versuchen Sie es erneut; sonst geht nichts mehr hinaus."
	}
	return "Work was given up", "Relais gave work up after several attempts (%d waiting): perhaps a message has not gone. The police's page says why. Correct the cause, then try it again; nothing goes on without that."
}
