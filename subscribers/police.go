package subscribers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// Responsible lists the officers who answer for a message: its author, if they
// are on file, and the mandated officers. Without either, all of them.
func Responsible(officers []Officer, author string) []Officer {
	return officersWho(officers, func(o Officer) bool { return o.Role == RoleMandated || o.wrote(author) })
}

// Authors lists the author of a message where they are on file, else the
// mandated officers, else all.
func Authors(officers []Officer, author string) []Officer {
	if slices.ContainsFunc(officers, func(o Officer) bool { return o.wrote(author) }) {
		return officersWho(officers, func(o Officer) bool { return o.wrote(author) })
	}
	return Mandated(officers)
}

// Mandated lists the mandated officers; where none is on file, all.
func Mandated(officers []Officer) []Officer {
	return officersWho(officers, func(o Officer) bool { return o.Role == RoleMandated })
}

// Alarmed lists who is told of an incident: the mandated officers, and who looks
// after the zone's Relais.
func Alarmed(officers []Officer) []Officer {
	alarmed := Mandated(officers)
	for _, o := range officers {
		if o.Role == RoleAdmin {
			alarmed = append(alarmed, o)
		}
	}
	return alarmed
}

func (o Officer) wrote(author string) bool {
	return o.Role != RoleAdmin && strings.EqualFold(o.Name, author)
}

// officersWho lists those who fit; where nobody does, every officer.
func officersWho(officers []Officer, fits func(Officer) bool) []Officer {
	var found, all []Officer
	for _, o := range officers {
		if o.Role == RoleAdmin {
			continue
		}
		all = append(all, o)
		if fits(o) {
			found = append(found, o)
		}
	}
	if len(found) == 0 {
		return all
	}
	return found
}

// AskPolice is the question of an approver, as the officers get it.
func (a Approval) AskPolice(m broker.Message, p Partnership) ServiceMessage {
	return toPolice(broker.DeriveID(a.ID.UUID, "question", strconv.Itoa(a.Version)), p, func(w policeWords) broker.Text {
		return broker.Text{
			Title: fmt.Sprintf(w.question, a.Decision.By, p.Name),
			Body:  fmt.Sprintf(w.questionBody, titleOf(m, p, w.lang), a.Decision.Why),
		}
	})
}

// OfferRelease tells the officers that nobody answered until due and they may send
// it. So many others of the same message come to the police's rung at that
// moment: its id follows from message and moment, so that one letter is written
// about all of them.
func (a Approval) OfferRelease(m broker.Message, p Partnership, due time.Time, others int) ServiceMessage {
	id := broker.DeriveID(a.Message.UUID, "release", strconv.Itoa(a.Revision), strconv.FormatInt(due.UnixMilli(), 10))
	return toPolice(id, p, func(w policeWords) broker.Text {
		return broker.Text{
			Title: fmt.Sprintf(w.release, p.withOthers(others, w.lang)),
			Body:  fmt.Sprintf(w.releaseBody, titleOf(m, p, w.lang)),
		}
	})
}

func toPolice(id uuid.UUID, p Partnership, write func(policeWords) broker.Text) ServiceMessage {
	texts := make(map[broker.Lang]broker.Text)
	for _, lang := range broker.Langs() {
		texts[lang] = write(policeWordsIn(lang))
	}
	return ServiceMessage{ID: id, From: p.Name, Tag: p.Tag, Texts: texts}
}

func titleOf(m broker.Message, p Partnership, lang broker.Lang) string {
	text, _ := m.Text(lang, p.Languages...)
	return text.Title
}

// policeWords are what officers are told about an approval, in one language.
type policeWords struct {
	lang                   broker.Lang
	question, questionBody string // who, partnership; title, question
	release, releaseBody   string // partnership; title
}

func policeWordsIn(lang broker.Lang) policeWords {
	switch lang {
	case broker.French:
		return policeWords{
			lang:         lang,
			question:     "%s (%s) vous pose une question",
			questionBody: "Votre message « %s » attend votre réponse.\n\nQuestion : %s\n\nRépondez sur la page des messages. Le délai est suspendu jusque-là.",
			release:      "Personne n'a répondu (%s)",
			releaseBody:  "Votre message « %s » attend toujours. Le plan de communication vous permet maintenant de l'envoyer vous-même, avec une raison, sur la page des messages.",
		}
	case broker.Dutch:
		return policeWords{
			lang:         lang,
			question:     "%s (%s) stelt u een vraag",
			questionBody: "Uw bericht “%s” wacht op uw antwoord.\n\nVraag: %s\n\nAntwoord op de pagina met berichten. Tot dan staat de klok stil.",
			release:      "Niemand heeft geantwoord (%s)",
			releaseBody:  "Uw bericht “%s” wacht nog altijd. Volgens het communicatieplan mag u het nu zelf versturen, met een reden, op de pagina met berichten.",
		}
	case broker.German:
		return policeWords{
			lang:         lang,
			question:     "%s (%s) hat eine Frage an Sie",
			questionBody: "Ihre Nachricht „%s“ wartet auf Ihre Antwort.\n\nFrage: %s\n\nAntworten Sie auf der Seite der Nachrichten. Bis dahin steht die Uhr still.",
			release:      "Niemand hat geantwortet (%s)",
			releaseBody:  "Ihre Nachricht „%s“ wartet noch immer. Der Kommunikationsplan erlaubt Ihnen jetzt, sie selbst zu senden, mit einem Grund, auf der Seite der Nachrichten.",
		}
	}
	return policeWords{
		lang:         broker.English,
		question:     "%s (%s) asks you a question",
		questionBody: "Your message “%s” waits for your answer.\n\nQuestion: %s\n\nAnswer on the page of messages. Until then the clock stands still.",
		release:      "Nobody has answered (%s)",
		releaseBody:  "Your message “%s” is still waiting. The communication plan now lets you send it yourself, with a reason, on the page of messages.",
	}
}
