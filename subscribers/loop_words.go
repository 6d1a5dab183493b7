package subscribers

import (
	"fmt"

	"relais/broker"
	"relais/channels"
)

// LoopTexts say that a loop was stopped: what went round, of which partnership
// (empty: none), and how many within how many minutes are let through.
func LoopTexts(what channels.Purpose, partnership string, most, minutes int) map[broker.Lang]broker.Text {
	return inEach(func(lang broker.Lang) broker.Text {
		w := loopWordsIn(lang)
		matter := w.what[what]
		if matter == "" {
			matter = w.answer
		}
		if partnership != "" {
			matter += ", " + partnership
		}
		return broker.Text{Title: w.title, Body: fmt.Sprintf(w.body, matter, most, minutes)}
	})
}

// loopWords are what officers read about a loop, in one language.
type loopWords struct {
	title, body string // what, how many, minutes
	what        map[channels.Purpose]string
	answer      string // what is no delivery
}

func loopWordsIn(lang broker.Lang) loopWords {
	switch lang {
	case broker.French:
		return loopWords{
			title: "Un même texte partait en boucle",
			body:  "Le même texte (%s) allait partir plus de %d fois en %d minutes vers la même adresse. Relais ne l'envoie plus tant que cela continue. Cherchez le programme ou la personne qui le publie sans cesse, puis indiquez sur la page des messages que vous l'avez vu.",
			what: map[channels.Purpose]string{
				channels.ForMember: "message aux membres", channels.Ask: "demande d'accord", channels.Notice: "avis au coordinateur",
				channels.Digest: "infoflash", channels.Preview: "aperçu d'un infoflash", channels.Service: "courrier de Relais",
			},
			answer: "réponse à un SMS",
		}
	case broker.Dutch:
		return loopWords{
			title: "Dezelfde tekst werd steeds opnieuw verstuurd",
			body:  "Dezelfde tekst (%s) zou meer dan %d keer in %d minuten naar hetzelfde adres vertrekken. Relais verstuurt hem niet meer zolang dit doorgaat. Zoek het programma of de persoon die hem steeds opnieuw publiceert, en geef daarna op de pagina met berichten aan dat u dit hebt gezien.",
			what: map[channels.Purpose]string{
				channels.ForMember: "bericht aan de leden", channels.Ask: "vraag om akkoord", channels.Notice: "melding aan de coördinator",
				channels.Digest: "infoflash", channels.Preview: "voorbeeld van een infoflash", channels.Service: "bericht van Relais zelf",
			},
			answer: "antwoord op een sms",
		}
	case broker.German:
		return loopWords{
			title: "Derselbe Text ging immer wieder hinaus",
			body:  "Derselbe Text (%s) sollte mehr als %d Mal in %d Minuten an dieselbe Adresse gehen. Relais sendet ihn nicht mehr, solange das andauert. Suchen Sie das Programm oder die Person, die ihn immer wieder veröffentlicht, und geben Sie danach auf der Seite der Nachrichten an, dass Sie dies gesehen haben.",
			what: map[channels.Purpose]string{
				channels.ForMember: "Nachricht an die Mitglieder", channels.Ask: "Bitte um Zustimmung", channels.Notice: "Mitteilung an den Koordinator",
				channels.Digest: "Infoflash", channels.Preview: "Vorschau eines Infoflash", channels.Service: "Schreiben von Relais selbst",
			},
			answer: "Antwort auf eine SMS",
		}
	}
	return loopWords{
		title: "The same text was going out again and again",
		body:  "The same text (%s) was about to go to the same address more than %d times within %d minutes. Relais does not send it any more while this goes on. Look for the program or the person that publishes it again and again, then say on the page of messages that you have seen this.",
		what: map[channels.Purpose]string{
			channels.ForMember: "message to members", channels.Ask: "request for approval", channels.Notice: "notice to the coordinator",
			channels.Digest: "infoflash", channels.Preview: "preview of an infoflash", channels.Service: "letter from Relais itself",
		},
		answer: "answer to a text message",
	}
}
