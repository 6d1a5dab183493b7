package subscribers

import (
	"relais/broker"
	"relais/channels"
)

func explainFrench() explainWords {
	return explainWords{
		forWhat: "Pour ", colon: " : ", anyKind: "tout message",
		or: " ou ", and: " et ", otherwise: ", sinon ",
		kinds: map[broker.Kind]string{
			broker.Alert: "une alerte", broker.Missing: "une disparition", broker.Hazard: "un danger",
			broker.Appeal: "un appel à témoins", broker.Prevention: "un conseil de prévention",
			broker.Feedback: "les suites d’une alerte", broker.Closing: "une clôture",
			broker.Info: "une information", broker.Test: "un test",
		},
		urgencies: map[broker.Urgency]string{
			broker.Immediate: "urgent", broker.Expected: "bientôt", broker.Future: "sans urgence",
		},
		police:              "la police envoie le message directement, le coordinateur en est informé",
		coordinator:         "le coordinateur décide",
		coordinatorOrDeputy: "le coordinateur ou un adjoint décide",
		deputiesAfter:       "après {time}, on demande aussi aux adjoints",
		noAnswer:            " ; si personne ne répond tant que le message est valable, ",
		noAnswerWithin:      " ; si personne ne répond dans un délai de {time}, ",
		elsePolice:          "la police envoie le message elle-même",
		elseLapses:          "le message n’est pas envoyé",
		by: map[channels.Name]string{
			channels.SMS: "par SMS", channels.Email: "par e-mail",
			channels.Push: "par notification push", channels.Voice: "par appel téléphonique",
		},
		committeeAfter: "après {time}, au comité de pilotage", releaseAfter: " ; après {time}, un policier peut envoyer le message lui-même, avec une raison",
		fallbackAfter: ", et si rien ne confirme l’arrivée dans un délai de {time}, aussi par le moyen suivant",
		feedback:      "La police dit dans un délai de {time} ce que cela a donné",
		now:           "tout de suite", quietToo: ", même pendant les heures calmes", withDigest: "avec le prochain infoflash",
		day: [2]string{"jour", "jours"}, hour: [2]string{"heure", "heures"},
		minute: [2]string{"minute", "minutes"}, second: [2]string{"seconde", "secondes"},
	}
}

func explainDutch() explainWords {
	return explainWords{
		forWhat: "Bij ", colon: ": ", anyKind: "elk bericht",
		or: " of ", and: " en ", otherwise: ", anders ",
		kinds: map[broker.Kind]string{
			broker.Alert: "een waarschuwing", broker.Missing: "een verdwijning", broker.Hazard: "een gevaar",
			broker.Appeal: "een oproep tot getuigen", broker.Prevention: "een preventietip",
			broker.Feedback: "nieuws over een eerdere waarschuwing", broker.Closing: "een afsluiting",
			broker.Info: "informatie", broker.Test: "een test",
		},
		urgencies: map[broker.Urgency]string{
			broker.Immediate: "dringend", broker.Expected: "binnenkort", broker.Future: "niet dringend",
		},
		police:              "de politie stuurt het bericht rechtstreeks, de coördinator wordt op de hoogte gebracht",
		coordinator:         "de coördinator beslist",
		coordinatorOrDeputy: "de coördinator of een adjunct beslist",
		deputiesAfter:       "na {time} wordt het ook aan de adjuncten gevraagd",
		noAnswer:            "; antwoordt niemand zolang het bericht geldig is, dan ",
		noAnswerWithin:      "; antwoordt niemand binnen {time}, dan ",
		elsePolice:          "stuurt de politie het bericht zelf",
		elseLapses:          "wordt het bericht niet verstuurd",
		by: map[channels.Name]string{
			channels.SMS: "per sms", channels.Email: "per e-mail",
			channels.Push: "per pushmelding", channels.Voice: "per telefoon",
		},
		committeeAfter: "na {time} ook aan de stuurgroep", releaseAfter: "; na {time} mag een politieambtenaar het bericht zelf versturen, met een reden",
		fallbackAfter: ", en bevestigt niets de aankomst binnen {time}, dan ook op de volgende manier",
		feedback:      "De politie laat binnen {time} weten wat het heeft opgeleverd",
		now:           "meteen", quietToo: ", ook tijdens de rusturen", withDigest: "met de volgende infoflash",
		day: [2]string{"dag", "dagen"}, hour: [2]string{"uur", "uur"},
		minute: [2]string{"minuut", "minuten"}, second: [2]string{"seconde", "seconden"},
	}
}

// The German kinds stand in the dative ("bei einer Warnung"), and so do the
// durations ("nach 2 Tagen", "innerhalb von 2 Tagen").
func explainGerman() explainWords {
	return explainWords{
		forWhat: "Bei ", colon: ": ", anyKind: "jeder Nachricht",
		or: " oder ", and: " und ", otherwise: ", sonst ",
		kinds: map[broker.Kind]string{
			broker.Alert: "einer Warnung", broker.Missing: "einer Vermisstenmeldung", broker.Hazard: "einer Gefahr",
			broker.Appeal: "einem Zeugenaufruf", broker.Prevention: "einem Vorbeugungstipp",
			broker.Feedback: "einer Rückmeldung zu einer Warnung", broker.Closing: "einer Abschlussmeldung",
			broker.Info: "einer Information", broker.Test: "einem Test",
		},
		urgencies: map[broker.Urgency]string{
			broker.Immediate: "dringend", broker.Expected: "demnächst", broker.Future: "nicht dringend",
		},
		police:              "die Polizei sendet die Nachricht direkt, der Koordinator wird informiert",
		coordinator:         "der Koordinator entscheidet",
		coordinatorOrDeputy: "der Koordinator oder ein Stellvertreter entscheidet",
		deputiesAfter:       "nach {time} werden auch die Stellvertreter gefragt",
		noAnswer:            "; antwortet niemand, solange die Nachricht gültig ist, ",
		noAnswerWithin:      "; antwortet niemand innerhalb von {time}, ",
		elsePolice:          "sendet die Polizei die Nachricht selbst",
		elseLapses:          "wird die Nachricht nicht gesendet",
		by: map[channels.Name]string{
			channels.SMS: "per SMS", channels.Email: "per E-Mail",
			channels.Push: "per Push-Nachricht", channels.Voice: "per Telefonanruf",
		},
		committeeAfter: "nach {time} auch der Lenkungsausschuss", releaseAfter: "; nach {time} darf ein Polizeibeamter die Nachricht selbst senden, mit einem Grund",
		fallbackAfter: ", und wenn innerhalb von {time} nichts die Ankunft bestätigt, auch auf dem nächsten Weg",
		feedback:      "Die Polizei sagt innerhalb von {time}, was daraus geworden ist",
		now:           "sofort", quietToo: ", auch während der Ruhezeiten", withDigest: "mit dem nächsten Infoflash",
		day: [2]string{"Tag", "Tagen"}, hour: [2]string{"Stunde", "Stunden"},
		minute: [2]string{"Minute", "Minuten"}, second: [2]string{"Sekunde", "Sekunden"},
	}
}

func explainEnglish() explainWords {
	return explainWords{
		forWhat: "For ", colon: ": ", anyKind: "every message",
		or: " or ", and: " and ", otherwise: ", otherwise ",
		kinds: map[broker.Kind]string{
			broker.Alert: "an alert", broker.Missing: "a missing person", broker.Hazard: "a danger",
			broker.Appeal: "a call for information", broker.Prevention: "a prevention tip",
			broker.Feedback: "news about an earlier alert", broker.Closing: "a closing message",
			broker.Info: "information", broker.Test: "a test",
		},
		urgencies: map[broker.Urgency]string{
			broker.Immediate: "urgent", broker.Expected: "soon", broker.Future: "not urgent",
		},
		police:              "the police send the message directly, and the coordinator is told",
		coordinator:         "the coordinator decides",
		coordinatorOrDeputy: "the coordinator or a deputy decides",
		deputiesAfter:       "after {time} the deputies are asked too",
		noAnswer:            "; if nobody answers while the message is valid, ",
		noAnswerWithin:      "; if nobody answers within {time}, ",
		elsePolice:          "the police send it themselves",
		elseLapses:          "it is not sent",
		by: map[channels.Name]string{
			channels.SMS: "by SMS", channels.Email: "by email",
			channels.Push: "by push notification", channels.Voice: "by phone call",
		},
		committeeAfter: "after {time} the steering committee", releaseAfter: "; after {time} an officer may send it, with a reason",
		fallbackAfter: ", and if nothing confirms within {time} that it arrived, also in the next way",
		feedback:      "The police say within {time} what came of it",
		now:           "at once", quietToo: ", even during quiet hours", withDigest: "with the next infoflash",
		day: [2]string{"day", "days"}, hour: [2]string{"hour", "hours"},
		minute: [2]string{"minute", "minutes"}, second: [2]string{"second", "seconds"},
	}
}
