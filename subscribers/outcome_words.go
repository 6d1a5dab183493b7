package subscribers

func outcomesFrench() outcomes {
	return outcomes{
		direct:     "La police a envoyé ce message directement aux membres, comme le prévoit le plan de communication. Vous n'avez rien à faire.",
		approved:   "%s a approuvé ce message. Il part aux membres.",
		refused:    "%s a refusé ce message. Il n'est pas envoyé. Raison : %s",
		overruled:  "Personne n'a répondu à temps : la police envoie ce message aux membres, comme le prévoit le plan de communication.",
		released:   "Personne n'a répondu à temps : %s, de la police, envoie ce message aux membres, comme le permet le plan de communication. Raison : %s",
		held:       "%s a mis ce message en attente jusqu'au %s. On vous le redemandera alors.",
		clock:      "02/01/2006 à 15:04",
		questioned: "%s a posé une question à la police : « %s » Le message attend la réponse.",
		answered:   "%s, de la police, a répondu à la question : « %s » À vous de décider.",
		resumed:    "L'attente est finie. À vous de décider.",
		replaced:   "La police a modifié ce message. Vous recevrez la nouvelle version.",
		withdrawn:  "La police a retiré ce message. Il n'est pas envoyé. Vous n'avez rien à faire.",
		lapsed:     "Personne n'a répondu à temps. Ce message n'est pas envoyé.",
	}
}

func outcomesDutch() outcomes {
	return outcomes{
		direct:     "De politie heeft dit bericht rechtstreeks naar de leden gestuurd, zoals het communicatieplan bepaalt. U hoeft niets te doen.",
		approved:   "%s heeft dit bericht goedgekeurd. Het gaat naar de leden.",
		refused:    "%s heeft dit bericht geweigerd. Het wordt niet verstuurd. Reden: %s",
		overruled:  "Niemand antwoordde op tijd: de politie stuurt dit bericht naar de leden, zoals het communicatieplan bepaalt.",
		released:   "Niemand antwoordde op tijd: %s van de politie stuurt dit bericht naar de leden, zoals het communicatieplan toelaat. Reden: %s",
		held:       "%s laat dit bericht wachten tot %s. Dan wordt het u opnieuw gevraagd.",
		clock:      "02/01/2006 om 15:04",
		questioned: "%s heeft de politie een vraag gesteld: “%s” Het bericht wacht op het antwoord.",
		answered:   "%s van de politie heeft de vraag beantwoord: “%s” Nu beslist u.",
		resumed:    "Het wachten is voorbij. Nu beslist u.",
		replaced:   "De politie heeft dit bericht gewijzigd. U krijgt de nieuwe versie.",
		withdrawn:  "De politie heeft dit bericht ingetrokken. Het wordt niet verstuurd. U hoeft niets te doen.",
		lapsed:     "Niemand antwoordde op tijd. Dit bericht wordt niet verstuurd.",
	}
}

func outcomesGerman() outcomes {
	return outcomes{
		direct:     "Die Polizei hat diese Nachricht direkt an die Mitglieder gesendet, wie es der Kommunikationsplan vorsieht. Sie müssen nichts tun.",
		approved:   "%s hat dieser Nachricht zugestimmt. Sie geht an die Mitglieder.",
		refused:    "%s hat diese Nachricht abgelehnt. Sie wird nicht gesendet. Grund: %s",
		overruled:  "Niemand hat rechtzeitig geantwortet: Die Polizei sendet diese Nachricht an die Mitglieder, wie es der Kommunikationsplan vorsieht.",
		released:   "Niemand hat rechtzeitig geantwortet: %s von der Polizei sendet diese Nachricht an die Mitglieder, wie es der Kommunikationsplan erlaubt. Grund: %s",
		held:       "%s lässt diese Nachricht bis zum %s warten. Dann werden Sie erneut gefragt.",
		clock:      "02.01.2006 um 15:04",
		questioned: "%s hat der Polizei eine Frage gestellt: „%s“ Die Nachricht wartet auf die Antwort.",
		answered:   "%s von der Polizei hat die Frage beantwortet: „%s“ Jetzt entscheiden Sie.",
		resumed:    "Die Wartezeit ist vorbei. Jetzt entscheiden Sie.",
		replaced:   "Die Polizei hat diese Nachricht geändert. Sie erhalten die neue Fassung.",
		withdrawn:  "Die Polizei hat diese Nachricht zurückgezogen. Sie wird nicht gesendet. Sie müssen nichts tun.",
		lapsed:     "Niemand hat rechtzeitig geantwortet. Diese Nachricht wird nicht gesendet.",
	}
}

func outcomesEnglish() outcomes {
	return outcomes{
		direct:     "The police sent this message straight to the members, as the communication plan says. You need not do anything.",
		approved:   "%s approved this message. It goes to the members.",
		refused:    "%s refused this message. It is not sent. Reason: %s",
		overruled:  "Nobody answered in time: the police send this message to the members, as the communication plan says.",
		released:   "Nobody answered in time: %s of the police sends this message to the members, as the communication plan allows. Reason: %s",
		held:       "%s put this message on hold until %s. You will be asked again then.",
		clock:      "02/01/2006 at 15:04",
		questioned: "%s asked the police a question: “%s” The message waits for the answer.",
		answered:   "%s of the police answered the question: “%s” Now you decide.",
		resumed:    "The wait is over. Now you decide.",
		replaced:   "The police changed this message. You will get the new version.",
		withdrawn:  "The police withdrew this message. It is not sent. You need not do anything.",
		lapsed:     "Nobody answered in time. This message is not sent.",
	}
}
