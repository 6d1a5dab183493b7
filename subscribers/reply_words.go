package subscribers

// isStop: PLP.md, rule 10, and what else people write. The English words are
// also those on which Twilio itself stops a number, so that both agree
// (https://help.twilio.com/articles/223134027). Folded: no capitals, no accents.
func isStop(word string) bool {
	switch word {
	case "stop", "stopp", "stopall", "stopsms", "unsubscribe", "cancel", "end", "quit", "optout", "revoke",
		"arret", "arrets", "arreter", "arretez", "stopper", "desinscrire", "desinscription", "desabonner", "desabonnement", "resilier",
		"stoppen", "afmelden", "afmelding", "uitschrijven", "uitschrijving", "opzeggen",
		"abmelden", "abmeldung", "abbestellen", "austragen", "aufhoren", "aufhoeren":
		return true
	}
	return false
}

// isStart: Twilio's own words for it, but YES, which is an approver's; and the
// words that the other languages have.
func isStart(word string) bool {
	switch word {
	case "start", "unstop", "resume", "subscribe",
		"reprendre", "recommencer", "debut", "inscrire", "reinscrire",
		"starten", "hervatten", "aanmelden", "inschrijven",
		"anmelden", "fortsetzen", "wiederaufnehmen":
		return true
	}
	return false
}

func isYes(word string) bool {
	switch word {
	case "ok", "oki", "okay", "oke", "okee", "yes", "approve", "approved",
		"oui", "daccord", "accord", "approuve", "approuver",
		"ja", "akkoord", "goedgekeurd", "goedkeuren",
		"einverstanden", "genehmigt", "genehmigen":
		return true
	}
	return false
}

func isNo(word string) bool {
	switch word {
	case "no", "refuse", "refused", "non", "refuser", "refus",
		"nee", "neen", "weigeren", "geweigerd",
		"nein", "ablehnen", "abgelehnt":
		return true
	}
	return false
}

func isNumberLabel(word string) bool {
	switch word {
	case "n", "no", "nr", "num", "numero", "number", "nummer", "code":
		return true
	}
	return false
}

// isPolite lists words that change nothing beside a stop, a start or a yes.
func isPolite(word string) bool {
	switch word {
	case "please", "thanks", "thank", "you", "all", "me", "sms", "plp", "bin", "lpp", "relais",
		"svp", "stp", "sil", "vous", "te", "plait", "merci", "beaucoup", "tout", "tous", "bonjour",
		"aub", "alstublieft", "alsjeblieft", "graag", "dank", "u", "bedankt", "mij", "alles", "goedendag",
		"bitte", "danke", "mich", "schon", "hallo",
		"je", "confirme", "ik", "bevestig", "ich", "bestatige", "i", "confirm":
		return true
	}
	return false
}
