package subscribers

import "relais/broker"

type answerWords struct {
	stopped, started, already, stranger, passedOn     string
	approved, refused                                 string // title
	tooLate                                           string // title, what happened
	expired, ownMessage, notPossible, nothing, choice string
	noReason, tooMuch, noSuchCode, twins              string // code
	guessing                                          string
	confirmed                                         string // partnership
	declined, onlyYes, nobodyAsked, formChoice        string
	wrote                                             string // the member's name
	wroteBody                                         string
}

func answerWordsIn(lang broker.Lang) answerWords {
	switch lang {
	case broker.French:
		return frenchAnswers()
	case broker.Dutch:
		return dutchAnswers()
	case broker.German:
		return germanAnswers()
	}
	return englishAnswers()
}

func frenchAnswers() answerWords {
	return answerWords{
		stopped:     "C'est noté : nous n'écrivons plus à ce numéro. Pour revenir, envoyez START.",
		started:     "Bienvenue : nos messages arrivent de nouveau à ce numéro. Pour ne plus en avoir, envoyez STOP.",
		already:     "Nos messages arrivent déjà à ce numéro. Pour ne plus en avoir, envoyez STOP.",
		stranger:    "Ce numéro n'est pas inscrit chez nous, et personne ne lit les messages envoyés ici.",
		passedOn:    "Personne ne lit ici en direct. Votre coordinateur verra votre message. Plus de messages : STOP.",
		approved:    "C'est fait : \"%s\" part aux membres.",
		refused:     "C'est noté : \"%s\" n'est pas envoyé. La police lira votre raison.",
		tooLate:     "Rien n'a changé pour \"%s\". %s",
		expired:     "Il est trop tard : ce message n'est plus valable et n'est pas envoyé.",
		ownMessage:  "Vous avez écrit ce message : quelqu'un d'autre doit décider.",
		notPossible: "Cela ne se peut pas par SMS. Ouvrez le lien de la question pour décider.",
		nothing:     "Aucun message n'attend votre réponse.",
		choice:      "Rien n'est décidé. Répondez OK ou NON, le numéro, et pour un NON la raison :",
		noReason:    "Rien n'est décidé. La police a besoin de la raison : répondez NON %s et la raison.",
		tooMuch:     "Rien n'est envoyé, car vous avez écrit plus que OK. Répondez OK %s, ou ouvrez le lien pour ajouter une note.",
		noSuchCode:  "Rien n'est décidé : aucun message n'attend sous le numéro %s.",
		twins:       "Rien n'est décidé : deux messages ont le numéro %s. Ouvrez le lien de la question pour décider.",
		guessing:    "Trop de numéros inconnus aujourd'hui. Ouvrez le lien de la question pour décider.",
		confirmed:   "C'est confirmé : les messages de \"%s\" arrivent désormais par SMS. Plus de messages : STOP.",
		declined:    "C'est noté : ce numéro ne recevra rien de nous.",
		onlyYes:     "Rien n'est confirmé. Si vous voulez les messages par SMS, répondez seulement OUI ; sinon, NON.",
		nobodyAsked: "Rien n'attend votre réponse, ou il est trop tard. Pour vous inscrire, parlez au coordinateur du quartier.",
		formChoice:  "Rien n'est confirmé. Plusieurs partenariats vous le demandent. Répondez OUI et le numéro :",
		wrote:       "%s vous a écrit par SMS",
		wroteBody:   "Nous avons répondu qu'en cas d'urgence il faut appeler le 101 ou le 112.",
	}
}

func dutchAnswers() answerWords {
	return answerWords{
		stopped:     "Genoteerd: we schrijven niet meer naar dit nummer. Terugkomen? Stuur START.",
		started:     "Welkom terug: u krijgt onze berichten weer op dit nummer. Stoppen? Stuur STOP.",
		already:     "U krijgt onze berichten al op dit nummer. Stoppen? Stuur STOP.",
		stranger:    "Dit nummer is niet bij ons ingeschreven, en niemand leest de berichten die hier aankomen.",
		passedOn:    "Niemand leest hier meteen mee. Uw coördinator krijgt uw bericht te zien. Stoppen? Stuur STOP.",
		approved:    "Gebeurd: \"%s\" gaat naar de leden.",
		refused:     "Genoteerd: \"%s\" wordt niet verstuurd. De politie leest uw reden.",
		tooLate:     "Er is niets veranderd voor \"%s\". %s",
		expired:     "Het is te laat: dit bericht is niet meer geldig en wordt niet verstuurd.",
		ownMessage:  "U hebt dit bericht zelf geschreven: iemand anders moet beslissen.",
		notPossible: "Dat kan niet per sms. Open de link van de vraag om te beslissen.",
		nothing:     "Er wacht geen bericht op uw antwoord.",
		choice:      "Er is niets beslist. Antwoord OK of NEE, het nummer, en bij NEE de reden:",
		noReason:    "Er is niets beslist. De politie heeft de reden nodig: antwoord NEE %s en de reden.",
		tooMuch:     "Er is niets verstuurd, want u schreef meer dan OK. Antwoord OK %s, of open de link om een nota toe te voegen.",
		noSuchCode:  "Er is niets beslist: er wacht geen bericht met nummer %s.",
		twins:       "Er is niets beslist: twee berichten hebben nummer %s. Open de link van de vraag om te beslissen.",
		guessing:    "Te veel onbekende nummers vandaag. Open de link van de vraag om te beslissen.",
		confirmed:   "Bevestigd: u krijgt de berichten van \"%s\" nu per sms. Stoppen? Stuur STOP.",
		declined:    "Genoteerd: dit nummer krijgt niets van ons.",
		onlyYes:     "Er is niets bevestigd. Wilt u de berichten per sms? Antwoord dan alleen JA, en anders NEE.",
		nobodyAsked: "Er wacht niets op uw antwoord, of het is te laat. Inschrijven? Vraag het de coördinator van uw buurt.",
		formChoice:  "Er is niets bevestigd. Verschillende netwerken vragen het u. Antwoord JA en het nummer:",
		wrote:       "%s heeft u een sms geschreven",
		wroteBody:   "We hebben geantwoord dat men bij nood 101 of 112 moet bellen.",
	}
}

func germanAnswers() answerWords {
	return answerWords{
		stopped:     "Notiert: Wir schreiben nicht mehr an diese Nummer. Um wiederzukommen, senden Sie START.",
		started:     "Willkommen zurück: Sie erhalten unsere Nachrichten wieder. Um sie abzubestellen, senden Sie STOP.",
		already:     "Sie erhalten unsere Nachrichten schon. Um sie abzubestellen, senden Sie STOP.",
		stranger:    "Diese Nummer ist bei uns nicht angemeldet, und niemand liest, was hier ankommt.",
		passedOn:    "Hier liest niemand sofort mit. Ihr Koordinator bekommt Ihre Nachricht. Abbestellen: STOP.",
		approved:    "Erledigt: \"%s\" geht an die Mitglieder.",
		refused:     "Notiert: \"%s\" wird nicht gesendet. Die Polizei liest Ihren Grund.",
		tooLate:     "Für \"%s\" hat sich nichts geändert. %s",
		expired:     "Es ist zu spät: Diese Nachricht gilt nicht mehr und wird nicht gesendet.",
		ownMessage:  "Sie haben diese Nachricht selbst geschrieben: Jemand anderes muss entscheiden.",
		notPossible: "Das geht nicht per SMS. Öffnen Sie den Link der Frage, um zu entscheiden.",
		nothing:     "Keine Nachricht wartet auf Ihre Antwort.",
		choice:      "Nichts ist entschieden. Antworten Sie OK oder NEIN, die Nummer, und bei NEIN den Grund:",
		noReason:    "Nichts ist entschieden. Die Polizei braucht den Grund: Antworten Sie NEIN %s und den Grund.",
		tooMuch:     "Nichts ist gesendet, denn Sie schrieben mehr als OK. Antworten Sie OK %s, oder fügen Sie mit dem Link eine Notiz hinzu.",
		noSuchCode:  "Nichts ist entschieden: Keine Nachricht wartet unter der Nummer %s.",
		twins:       "Nichts ist entschieden: Zwei Nachrichten haben die Nummer %s. Öffnen Sie den Link der Frage.",
		guessing:    "Zu viele unbekannte Nummern heute. Öffnen Sie den Link der Frage, um zu entscheiden.",
		confirmed:   "Bestätigt: Sie erhalten die Nachrichten von \"%s\" jetzt per SMS. Abbestellen: STOP.",
		declined:    "Notiert: Diese Nummer erhält nichts von uns.",
		onlyYes:     "Nichts ist bestätigt. Möchten Sie die Nachrichten per SMS? Antworten Sie nur JA, sonst NEIN.",
		nobodyAsked: "Nichts wartet auf Ihre Antwort, oder es ist zu spät. Anmelden? Fragen Sie den Koordinator Ihres Viertels.",
		formChoice:  "Nichts ist bestätigt. Mehrere Partnerschaften fragen Sie. Antworten Sie JA und die Nummer:",
		wrote:       "%s hat Ihnen per SMS geschrieben",
		wroteBody:   "Wir haben geantwortet, dass man im Notfall 101 oder 112 anruft.",
	}
}

func englishAnswers() answerWords {
	return answerWords{
		stopped:     "Noted: we do not write to this number any more. To come back, send START.",
		started:     "Welcome back: our messages come to this number again. To stop them, send STOP.",
		already:     "Our messages come to this number already. To stop them, send STOP.",
		stranger:    "This number is not registered with us, and nobody reads what is sent here.",
		passedOn:    "Nobody reads this at once. Your coordinator will see your message. To stop our messages: STOP.",
		approved:    "Done: \"%s\" goes to the members.",
		refused:     "Noted: \"%s\" is not sent. The police will read your reason.",
		tooLate:     "Nothing has changed for \"%s\". %s",
		expired:     "It is too late: this message has expired and is not sent.",
		ownMessage:  "You wrote this message yourself: somebody else must decide.",
		notPossible: "This cannot be done by SMS. Open the link of the question to decide.",
		nothing:     "No message waits for your answer.",
		choice:      "Nothing is decided. Answer OK or NO, the number, and with a NO the reason:",
		noReason:    "Nothing is decided. The police need the reason: answer NO %s and the reason.",
		tooMuch:     "Nothing is sent, for you wrote more than OK. Answer OK %s, or open the link to add a note.",
		noSuchCode:  "Nothing is decided: no message waits under the number %s.",
		twins:       "Nothing is decided: two messages have the number %s. Open the link of the question to decide.",
		guessing:    "Too many unknown numbers today. Open the link of the question to decide.",
		confirmed:   "Confirmed: you now get the messages of \"%s\" by SMS. To stop them: STOP.",
		declined:    "Noted: this number will get nothing from us.",
		onlyYes:     "Nothing is confirmed. If you want the messages by SMS, answer YES and nothing else; if not, NO.",
		nobodyAsked: "Nothing waits for your answer, or it is too late. To join, ask your neighbourhood's coordinator.",
		formChoice:  "Nothing is confirmed. Several partnerships ask you. Answer YES and the number:",
		wrote:       "%s wrote to you by SMS",
		wroteBody:   "We answered that in an emergency one calls 101 or 112.",
	}
}
