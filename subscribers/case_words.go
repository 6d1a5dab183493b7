package subscribers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// Remind is the reminder that word is owed, as an officer gets it at a step that
// was due. So many others wait for the same word: its id follows from matter, step
// and day, so that an officer is reminded once a day of what all of them wait for.
func (c Case) Remind(m broker.Message, p Partnership, due time.Time, others int) ServiceMessage {
	day := DateOf(due.In(p.Location()))
	return ServiceMessage{
		ID: broker.DeriveID(c.Matter.UUID, "reminder", strconv.Itoa(int(c.Step)), day.String()), From: p.Name, Tag: p.Tag,
		Texts: inEach(func(lang broker.Lang) broker.Text {
			w := caseWordsIn(lang)
			body := fmt.Sprintf(w.remindBody, titleOf(m, p, lang), dayAndMonth(c.Opened, p, lang)) + " " + p.waitForWord(others, lang)
			if c.Step == MandatedReminded {
				body = fmt.Sprintf(w.mandated, c.Owner) + " " + body
			}
			return broker.Text{Title: fmt.Sprintf(w.remind, p.withOthers(others, lang)), Body: body + "\n\n" + w.what}
		}),
	}
}

// TellNotAllowed is what a partnership's coordinator learns when the inquiry
// does not allow any word.
func (c Case) TellNotAllowed(m broker.Message, p Partnership) ServiceMessage {
	return ServiceMessage{
		ID: broker.DeriveID(c.ID.UUID, "not allowed"), From: p.Name, Tag: p.Tag,
		Texts: inEach(func(lang broker.Lang) broker.Text {
			w := caseWordsIn(lang)
			body := fmt.Sprintf(w.notAllowedBody, titleOf(m, p, lang), dayAndMonth(c.Opened, p, lang), c.End.By)
			if c.End.Why != "" {
				body += "\n\n" + fmt.Sprintf(w.reason, c.End.Why)
			}
			return broker.Text{Title: w.notAllowed, Body: body}
		}),
	}
}

// Overdue is one line of the weekly summary.
type Overdue struct {
	Case        Case
	Message     broker.Message
	Partnership Partnership
}

// Summary is the weekly list of what a zone's police still owe.
func Summary(zone broker.ZoneID, monday Date, overdue []Overdue) ServiceMessage {
	return ServiceMessage{
		ID: broker.DeriveID(uuid.NameSpaceURL, "relais:cases", string(zone), monday.String()), From: string(zone), Tag: "Relais",
		Texts: inEach(func(lang broker.Lang) broker.Text {
			w := caseWordsIn(lang)
			lines := []string{w.summaryBody, ""}
			for _, o := range overdue {
				lines = append(lines, fmt.Sprintf(w.line, titleOf(o.Message, o.Partnership, lang), o.Partnership.Name,
					dayAndMonth(o.Case.Due, o.Partnership, lang), o.Case.Owner))
			}
			return broker.Text{Title: w.summary(len(overdue)), Body: strings.Join(append(lines, "", w.what), "\n")}
		}),
	}
}

func inEach(write func(broker.Lang) broker.Text) map[broker.Lang]broker.Text {
	texts := make(map[broker.Lang]broker.Text)
	for _, lang := range broker.Langs() {
		texts[lang] = write(lang)
	}
	return texts
}

// dayAndMonth is 23/11, and 23.11. in German.
func dayAndMonth(t time.Time, p Partnership, lang broker.Lang) string {
	day := DateOf(t.In(p.Location()))
	if lang == broker.German {
		return fmt.Sprintf("%d.%d.", day.Day, int(day.Month))
	}
	return fmt.Sprintf("%d/%d", day.Day, int(day.Month))
}

// caseWords are what officers and coordinators read about a case, in one language.
type caseWords struct {
	remind, remindBody, mandated string // partnership; title, day; the author
	what                         string // what to do about it
	notAllowed, notAllowedBody   string // title, day, officer
	reason                       string
	summary                      func(n int) string
	summaryBody, line            string // title, partnership, due day, author
}

func caseWordsIn(lang broker.Lang) caseWords {
	switch lang {
	case broker.French:
		return caseWords{
			remind:         "Un retour est attendu (%s)",
			remindBody:     "Les membres ont reçu le message « %s » le %s.",
			mandated:       "L'auteur, %s, n'a pas encore répondu.",
			what:           "Écrivez un retour sur la page « Ce que nous devons encore », ou indiquez-y que l'enquête ne le permet pas.",
			notAllowed:     "Pas de retour possible pour l'instant",
			notAllowedBody: "À propos du message « %s » du %s : l'enquête ne permet pas de vous en dire plus. C'est %s, de la police, qui vous le fait savoir. Merci de le dire aux membres qui vous posent la question.",
			reason:         "Précision : %s",
			summary:        func(n int) string { return plural(n, "%d retour en retard", "%d retours en retard") },
			summaryBody:    "Les partenariats attendent toujours de savoir ce qu'il est advenu de ces messages :",
			line:           "- « %s », %s, attendu le %s (auteur : %s)",
		}
	case broker.Dutch:
		return caseWords{
			remind:         "Er wordt terugkoppeling verwacht (%s)",
			remindBody:     "De leden kregen het bericht “%s” op %s.",
			mandated:       "De auteur, %s, heeft nog niet gereageerd.",
			what:           "Schrijf een terugkoppeling op de pagina “Wat we nog verschuldigd zijn”, of geef daar aan dat het onderzoek het niet toelaat.",
			notAllowed:     "Voorlopig geen terugkoppeling mogelijk",
			notAllowedBody: "Over het bericht “%s” van %s: het onderzoek laat niet toe u meer te vertellen. %s van de politie laat u dit weten. Wilt u het doorgeven aan de leden die ernaar vragen?",
			reason:         "Toelichting: %s",
			summary: func(n int) string {
				return plural(n, "%d terugkoppeling te laat", "%d terugkoppelingen te laat")
			},
			summaryBody: "De netwerken wachten nog altijd op nieuws over de afloop van deze berichten:",
			line:        "- “%s”, %s, verwacht op %s (auteur: %s)",
		}
	case broker.German:
		return caseWords{
			remind:         "Eine Rückmeldung wird erwartet (%s)",
			remindBody:     "Die Mitglieder haben die Nachricht „%s“ am %s erhalten.",
			mandated:       "Der Verfasser, %s, hat noch nicht reagiert.",
			what:           "Schreiben Sie eine Rückmeldung auf der Seite „Was wir noch schulden“, oder geben Sie dort an, dass die Ermittlungen es nicht zulassen.",
			notAllowed:     "Zurzeit keine Rückmeldung möglich",
			notAllowedBody: "Zur Nachricht „%s“ vom %s: Die Ermittlungen lassen nicht zu, dass wir Ihnen mehr sagen. Das teilt Ihnen %s von der Polizei mit. Bitte geben Sie es an Mitglieder weiter, die danach fragen.",
			reason:         "Erläuterung: %s",
			summary: func(n int) string {
				return plural(n, "%d Rückmeldung überfällig", "%d Rückmeldungen überfällig")
			},
			summaryBody: "Die Partnerschaften warten noch immer darauf zu erfahren, was aus diesen Nachrichten geworden ist:",
			line:        "- „%s“, %s, erwartet am %s (Verfasser: %s)",
		}
	}
	return caseWords{
		remind:         "Feedback is expected (%s)",
		remindBody:     "The members got the message “%s” on %s.",
		mandated:       "The author, %s, has not answered yet.",
		what:           "Write feedback on the page “What we still owe”, or say there that the inquiry does not allow it.",
		notAllowed:     "No feedback is possible for now",
		notAllowedBody: "About the message “%s” of %s: the inquiry does not allow us to tell you more. %s of the police lets you know. Please pass it on to members who ask.",
		reason:         "Explanation: %s",
		summary:        func(n int) string { return plural(n, "%d feedback overdue", "%d feedbacks overdue") },
		summaryBody:    "The partnerships still wait to hear what came of these messages:",
		line:           "- “%s”, %s, expected on %s (author: %s)",
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(many, n)
}

// Coordinators lists who is told on a day what concerns a whole partnership: the
// coordinators, and the deputies while no coordinator is there.
func Coordinators(approvers []Approver, today Date) []Approver {
	var here, deputies []Approver
	for _, a := range approvers {
		switch {
		case a.Role == RoleCoordinator && !a.AbsentOn(today):
			here = append(here, a)
		case a.Role == RoleDeputy:
			deputies = append(deputies, a)
		}
	}
	if len(here) == 0 {
		return deputies
	}
	return here
}
