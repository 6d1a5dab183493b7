package subscribers

import (
	"slices"

	"relais/broker"
)

// planWords are the sentences about a whole plan in one language.
type planWords struct {
	quiet, noQuiet  string
	digest          string
	everyDay, every string
	weekdays        [7]string // from Sunday
	perDay, budget  string
	plainAccents    string
}

func planWordsIn(lang broker.Lang) planWords {
	if !slices.Contains(broker.Langs(), lang) {
		lang = broker.English
	}
	return map[broker.Lang]planWords{
		broker.French: {
			quiet:    "De {from} à {to}, les messages attendent la fin des heures calmes, sauf si leur règle dit qu’ils partent même pendant celles-ci.",
			noQuiet:  "Il n’y a pas d’heures calmes : les messages partent à toute heure, de jour comme de nuit.",
			digest:   "L’infoflash part {day} à {at}, s’il y a quelque chose à communiquer.",
			everyDay: "chaque jour", every: "chaque ",
			weekdays:     [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
			perDay:       "En dehors de ce qui est urgent, un membre reçoit au plus {n} messages par jour ; le reste part avec l’infoflash.",
			budget:       "Un mois d’envois peut coûter {euro} euros. Une alerte part toujours.",
			plainAccents: "Un SMS est écrit sans accents (e au lieu de ê) là où cela le rend moins cher.",
		},
		broker.Dutch: {
			quiet:    "Van {from} tot {to} uur wachten berichten op het einde van de rusturen, tenzij hun regel zegt dat ze ook tijdens de rusturen vertrekken.",
			noQuiet:  "Er zijn geen rusturen: berichten vertrekken op elk uur van de dag en de nacht.",
			digest:   "De infoflash vertrekt {day} om {at} uur, als er iets te melden is.",
			everyDay: "elke dag", every: "elke ",
			weekdays:     [7]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
			perDay:       "Naast wat dringend is, krijgt een lid hoogstens {n} berichten per dag; de rest gaat mee met de infoflash.",
			budget:       "Een maand versturen mag {euro} euro kosten. Een waarschuwing vertrekt altijd.",
			plainAccents: "Een sms wordt zonder accenten geschreven (e in plaats van ê) waar dat hem goedkoper maakt.",
		},
		broker.German: {
			quiet:    "Von {from} bis {to} Uhr warten Nachrichten auf das Ende der Ruhezeiten, es sei denn, ihre Regel lässt sie auch während der Ruhezeiten zu.",
			noQuiet:  "Es gibt keine Ruhezeiten: Nachrichten werden zu jeder Tages- und Nachtzeit gesendet.",
			digest:   "Der Infoflash wird {day} um {at} Uhr gesendet, wenn es etwas mitzuteilen gibt.",
			everyDay: "jeden Tag", every: "jeden ",
			weekdays:     [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
			perDay:       "Außer Dringendem bekommt ein Mitglied höchstens {n} Nachrichten am Tag; der Rest kommt mit dem Infoflash.",
			budget:       "Ein Monat darf {euro} Euro kosten. Eine Warnung wird immer gesendet.",
			plainAccents: "Eine SMS wird ohne Akzente geschrieben (e statt ê), wo sie dadurch billiger wird.",
		},
		broker.English: {
			quiet:    "From {from} to {to} messages wait for the end of the quiet hours, unless their rule says that they go even then.",
			noQuiet:  "There are no quiet hours: messages go at any hour of the day or night.",
			digest:   "The infoflash goes {day} at {at}, if there is something to tell.",
			everyDay: "every day", every: "every ",
			weekdays:     [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
			perDay:       "Apart from what is urgent, a member gets at most {n} messages a day; the rest goes with the infoflash.",
			budget:       "A month may cost {euro} euros. An alert always goes.",
			plainAccents: "An SMS is written without accents (e for ê) where that makes it cheaper.",
		},
	}[lang]
}
