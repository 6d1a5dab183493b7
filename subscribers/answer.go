package subscribers

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"relais/broker"
)

// Answers are the sentences with which Relais answers a text, in one language.
// They are written with letters that GSM-7 has, and each fits into one SMS
// beside the line that says whom to call.
type Answers struct {
	words answerWords
	lang  broker.Lang
}

// AnswersIn returns the sentences in a language.
func AnswersIn(lang broker.Lang) Answers { return Answers{answerWordsIn(lang), lang} }

// Stopped answers a stop.
func (a Answers) Stopped() string { return a.words.stopped }

// Started answers a start: again is whether anything had been stopped.
func (a Answers) Started(again bool) string {
	if again {
		return a.words.started
	}
	return a.words.already
}

// Stranger answers somebody who is no member.
func (a Answers) Stranger() string { return a.words.stranger }

// PassedOn answers a text that the coordinator will read.
func (a Answers) PassedOn() string { return a.words.passedOn }

// Done says what a decision did.
func (a Answers) Done(to ApprovalState, title string) string {
	if to == ApprovalRefused {
		return fmt.Sprintf(a.words.refused, short(title))
	}
	return fmt.Sprintf(a.words.approved, short(title))
}

// TooLate says who was first.
func (a Answers) TooLate(first Decision, title string) string {
	return fmt.Sprintf(a.words.tooLate, short(title), first.Say(a.lang))
}

// Expired says that the message is not of use any more.
func (a Answers) Expired() string { return a.words.expired }

// OwnMessage says that the author cannot approve (PLP.md, rule 5).
func (a Answers) OwnMessage() string { return a.words.ownMessage }

// NotPossible says that it cannot be done by SMS.
func (a Answers) NotPossible() string { return a.words.notPossible }

// NoReason asks why.
func (a Answers) NoReason(code string) string { return fmt.Sprintf(a.words.noReason, code) }

// TooMuch says that a yes with more beside it is no yes.
func (a Answers) TooMuch(code string) string { return fmt.Sprintf(a.words.tooMuch, code) }

// Nothing says that nothing waits for an answer.
func (a Answers) Nothing() string { return a.words.nothing }

// NoSuchCode says that no message has this code.
func (a Answers) NoSuchCode(code string) string { return fmt.Sprintf(a.words.noSuchCode, code) }

// Twins says that two messages have the same code.
func (a Answers) Twins(code string) string { return fmt.Sprintf(a.words.twins, code) }

// Guessing says that only the link helps today.
func (a Answers) Guessing() string { return a.words.guessing }

// Confirmed says that the messages of a partnership come to the number.
func (a Answers) Confirmed(partnership string) string {
	return fmt.Sprintf(a.words.confirmed, short(partnership))
}

// Declined says that nothing comes to the number.
func (a Answers) Declined() string { return a.words.declined }

// OnlyYes says that nothing but a yes or a no is understood.
func (a Answers) OnlyYes() string { return a.words.onlyYes }

// NobodyAsked answers a yes or a no to nothing, or that comes too late.
func (a Answers) NobodyAsked() string { return a.words.nobodyAsked }

// FormChoice lists the partnerships that ask, with the codes.
func (a Answers) FormChoice(open []Choice) string { return listed(a.words.formChoice, open) }

// Choice lists what waits, with the codes.
func (a Answers) Choice(open []Choice) string { return listed(a.words.choice, open) }

func listed(head string, open []Choice) string {
	lines := []string{head}
	for _, c := range open {
		lines = append(lines, c.Code+" "+ended(short(c.Title)))
	}
	return strings.Join(lines, "\n")
}

// Choice is a message that waits for an answer.
type Choice struct{ Code, Title string }

// maxShort is how much of a title an answer holds, in characters.
const maxShort = 40

func short(title string) string {
	if utf8.RuneCountInString(title) <= maxShort {
		return title
	}
	return strings.TrimSpace(string([]rune(title)[:maxShort-3])) + "..."
}

// ended lets a title stand before another sentence.
func ended(title string) string {
	if strings.HasSuffix(title, ".") || strings.HasSuffix(title, "?") || strings.HasSuffix(title, "!") {
		return title
	}
	return title + "."
}

// maxTold is how much of each text a coordinator is sent, in characters.
const maxTold = 400

// TellReaders is what the readers of a partnership are told about texts of one
// sender. Its id follows from the first of them.
func TellReaders(p Partnership, sender string, texts []InboxMessage) ServiceMessage {
	m := ServiceMessage{ID: uuid.NewSHA1(texts[0].ID, []byte("told")), From: p.Name, Tag: p.Tag, Texts: make(map[broker.Lang]broker.Text)}
	var quoted []string
	for _, t := range texts {
		quoted = append(quoted, cutAt(t.Text, maxTold))
	}
	for _, lang := range broker.Langs() {
		w := answerWordsIn(lang)
		m.Texts[lang] = broker.Text{
			Title: fmt.Sprintf(w.wrote, sender),
			Body:  strings.Join(quoted, "\n\n") + "\n\n" + w.wroteBody,
		}
	}
	return m
}

func cutAt(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return strings.TrimSpace(string(runes[:most])) + " ..."
	}
	return text
}
