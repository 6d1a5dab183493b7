package sms

import (
	"fmt"
	"strings"

	"relais/broker"
	"relais/channels"
)

const (
	// maxText is Twilio's limit for a whole message, in UTF-16 units (error 21617).
	maxText = 1600
	// linkRoom is what a text leaves free for the line with the recipient's link.
	linkRoom = 200
	// usualLink is how long a link is: the address of the pages and a token.
	usualLink = 90
	// maxNote is the longest that a coordinator's note may be, in UTF-16 units.
	maxNote = 300
)

// rendered is what all recipients of a content share.
type rendered struct {
	text string // everything but the link's line
	ask  string // for a question: what stands before the link
	open bool   // the text is not the whole message, so the recipient's page is worth its cost
}

// renderer writes texts. Words are ours and may lose an accent to save a part;
// the police's text is changed only where the partnership's plan says so.
type renderer struct {
	words   channels.WordsByLang
	inbound bool // approvers may answer by SMS
}

// render writes the shared part of a content: tag and title, the text, the
// coordinator's note, and whom to call (PLP.md, rule 1).
func (r renderer) render(c *channels.Content) rendered {
	words := r.words[c.Lang]
	out := r.compose(c, words)
	if folded := r.compose(c, plain(words)); !isGSM(out.text+out.ask) && isGSM(folded.text+folded.ask) {
		return folded
	}
	if !c.Cheaply {
		return out
	}
	if written := (rendered{Transliterate(out.text), Transliterate(out.ask), out.open}); written.parts() < out.parts() {
		return written
	}
	return out // an accent that costs nothing stays
}

// parts is how many an SMS takes with a link of usual length. Who reads the
// same gets the same text, so that their links do not decide one by one.
func (r rendered) parts() int {
	link := strings.Repeat("x", usualLink)
	return Count(r.splice(channels.Links{Decide: link, Open: link})).Parts
}

func (r renderer) compose(c *channels.Content, words channels.Words) rendered {
	switch c.Purpose {
	case channels.Ask:
		about := strings.TrimPrefix(line(c.Outcome)+"\n"+line(c.Title), "\n")
		foot := words.Emergency
		if r.inbound && c.Code != "" {
			foot = fmt.Sprintf(words.AskReply, c.Code) + "\n" + foot
		}
		text, _ := fit(pair(words, tag(c), words.AskTitle), about, foot)
		return rendered{text: text, ask: words.AskLink}
	case channels.Service:
		text, _ := fit(pair(words, tag(c), line(c.Title)), clean(c.Body), words.Emergency)
		return rendered{text: text}
	case channels.Preview:
		text, _ := fit(pair(words, tag(c), line(c.Title)), clean(c.Body), words.Emergency)
		return rendered{text: text, ask: words.ToPreview}
	case channels.Notice:
		text, _ := fit(pair(words, tag(c), line(c.Outcome)), line(c.Title), words.Emergency)
		return rendered{text: text}
	case channels.Digest:
		text, _ := fit(tag(c)+" "+words.Infoflash, covers(c.Covers, words)+list(c.Items, words), words.Emergency)
		return rendered{text: text, open: true}
	}
	text, cut := fit(headline(c, words), clean(c.Body), footer(c, words))
	return rendered{text: text, open: cut}
}

// tag is what every text begins with, for operators overwrite sender names.
func tag(c *channels.Content) string {
	if t := line(c.Tag); t != "" {
		return t
	}
	return line(c.Partnership)
}

// pair joins a label and what it labels as the language does: French sets a
// blank before the colon.
func pair(words channels.Words, label, text string) string {
	return fmt.Sprintf(words.Pair, label, text)
}

func headline(c *channels.Content, words channels.Words) string {
	kind := words.Kinds[c.Kind]
	// Capitals say that it is urgent, unless they cost more: À is not in GSM-7.
	if upper := strings.ToUpper(kind); c.Urgency == broker.Immediate && isGSM(upper) {
		kind = upper
	}
	label := tag(c) + " " + kind
	switch c.MsgType {
	case broker.TypeUpdate:
		label += " - " + words.Update
	case broker.TypeCancel:
		label += " - " + words.Cancel
	}
	return pair(words, label, line(c.Title))
}

func footer(c *channels.Content, words channels.Words) string {
	if note := cut(line(c.Note), maxNote); note != "" {
		return words.Note + " " + note + "\n" + words.Emergency
	}
	return words.Emergency
}

// list names the messages of an infoflash, under their kinds.
func list(items []channels.Item, words channels.Words) string {
	var lines []string
	var kind broker.Kind
	for _, item := range items {
		if item.Kind != kind && words.Kinds[item.Kind] != "" {
			lines = append(lines, strings.TrimSpace(pair(words, words.Kinds[item.Kind], "")))
		}
		kind = item.Kind
		lines = append(lines, "- "+line(item.Title))
	}
	return strings.Join(lines, "\n")
}

// shortCover is the longest cover note that a text still carries: a part costs.
const shortCover = 100

func covers(all []channels.Cover, words channels.Words) string {
	var said strings.Builder
	for _, cover := range all {
		if note := line(cover.Note); note != "" && length(note) <= shortCover {
			said.WriteString(words.Note + " " + note + "\n")
		}
	}
	return said.String()
}

// fit joins head, body and foot, each on its own line. A body that is too long
// for one SMS of Twilio is cut at a blank, visibly; the second result says so.
func fit(head, body, foot string) (string, bool) {
	room := maxText - linkRoom - length(head) - length(foot) - len("\n\n")
	fits := cut(body, room)
	if fits == "" {
		return head + "\n" + foot, false
	}
	return strings.Join([]string{head, fits, foot}, "\n"), fits != body
}

func cut(text string, room int) string {
	if length(text) <= room {
		return text
	}
	room -= len(" ...")
	fits, blank, used := 0, 0, 0
	for i, r := range text {
		if used > room {
			break
		}
		fits = i
		if r == ' ' || r == '\n' {
			blank = i
		}
		used += units16(r)
	}
	if blank == 0 {
		blank = fits // one endless word
	}
	return strings.TrimSpace(text[:blank]) + " ..."
}

func length(text string) int {
	n := 0
	for _, r := range text {
		n += units16(r)
	}
	return n
}

// plain returns our own words without the accents that GSM-7 lacks.
func plain(w channels.Words) channels.Words {
	for _, s := range []*string{&w.Emergency, &w.Note, &w.Pair, &w.AskTitle, &w.AskLink, &w.AskReply, &w.ToPreview, &w.Update, &w.Cancel, &w.Infoflash} {
		*s = Transliterate(*s)
	}
	kinds := make(map[broker.Kind]string, len(w.Kinds))
	for kind, name := range w.Kinds {
		kinds[kind] = Transliterate(name)
	}
	w.Kinds = kinds
	return w
}

// splice adds the recipient's own link: last, whole and alone on its line.
func (r rendered) splice(links channels.Links) string {
	switch {
	case r.ask != "" && links.Decide != "":
		return r.text + "\n" + r.ask + " " + links.Decide
	case r.open && links.Open != "":
		return r.text + "\n" + links.Open
	}
	return r.text
}
