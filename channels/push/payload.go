package push

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"relais/broker"
	"relais/channels"
)

// Payload is what our service worker gets, as JSON.
type Payload struct {
	ID      string         `json:"id"` // of the delivery
	Title   string         `json:"title"`
	Body    string         `json:"body"`
	Tag     string         `json:"tag"` // a notification replaces the one with the same tag
	Lang    broker.Lang    `json:"lang"`
	Urgency broker.Urgency `json:"urgency"`
	URL     string         `json:"url,omitempty"` // what a tap opens
	Actions []Action       `json:"actions,omitempty"`
}

// Action is a button of a notification: ActionOpen or ActionCall.
type Action struct {
	Action string `json:"action"`
	Title  string `json:"title"`
}

// What a button does. None decides: that needs the page, and a person who has
// read it.
const (
	ActionOpen = "open" // opens the payload's URL
	ActionCall = "call" // opens the page with the emergency numbers
)

// ellipsis ends a text that was shortened.
const ellipsis = "…"

// said is what a content says to everybody.
type said struct {
	title string
	text  text
}

func say(c *channels.Content, words channels.Words) said {
	return said{title(c, words), compose(c, words)}
}

// payload returns the JSON for one delivery, at most maxPlaintext bytes. A text
// that is too long is shortened; the emergency line never is (PLP.md, rule 1).
func payload(d channels.Delivery, said said, words channels.Words) ([]byte, error) {
	c := d.Content
	p := Payload{
		ID:      d.ID.String(),
		Title:   said.title,
		Tag:     topic(d),
		Lang:    c.Lang,
		Urgency: c.Urgency,
		URL:     d.Links.Open,
	}
	open := words.Read
	if label := map[channels.Purpose]string{channels.Ask: words.AskLink, channels.Preview: words.ToPreview}[c.Purpose]; label != "" && d.Links.Decide != "" {
		p.URL, open = d.Links.Decide, strings.TrimRight(label, " \u00a0\u202f:")
	}
	p.Actions = buttons(p.URL, open, c.Urgency, words)
	return fit(p, said.text)
}

// buttons are two at most: browsers show no more. The emergency numbers stand
// beside what is urgent (PLP.md, rule 1).
func buttons(url, open string, urgency broker.Urgency, words channels.Words) []Action {
	var shown []Action
	if url != "" {
		shown = append(shown, Action{ActionOpen, open})
	}
	if urgency == broker.Immediate {
		shown = append(shown, Action{ActionCall, words.Call})
	}
	return shown
}

// title says in few words what this is and who sends it: a phone shows some 40
// characters of it.
func title(c *channels.Content, words channels.Words) string {
	from := c.Tag
	if from == "" {
		from = c.Partnership
	}
	return strings.Join(strings.Fields(broker.Legible(join(" – ", what(c, words), from))), " ")
}

func what(c *channels.Content, words channels.Words) string {
	switch {
	case c.Purpose == channels.Digest, c.Purpose == channels.Preview:
		return words.Infoflash
	case c.Purpose == channels.Ask:
		return words.AskTitle
	case c.Purpose == channels.Notice, c.Purpose == channels.Service:
		return words.Notice
	case c.MsgType == broker.TypeUpdate:
		return words.Update
	case c.MsgType == broker.TypeCancel:
		return words.Cancel
	}
	return words.Kinds[c.Kind]
}

// text is what stands below the title. Only main can be shortened.
type text struct{ head, main, tail string }

func compose(c *channels.Content, words channels.Words) text {
	main := c.Body
	if c.Purpose == channels.Digest {
		main = join(blankLine, covers(c.Covers, words), digest(c.Items, words))
	}
	return text{
		head: broker.Legible(join(blankLine, c.Outcome, c.Title)),
		main: broker.Legible(main),
		tail: broker.Legible(join(blankLine, note(c.Note, words), c.Rule, words.Emergency)),
	}
}

func digest(items []channels.Item, words channels.Words) string {
	var parts []string
	for _, item := range items {
		heading := join(" – ", words.Kinds[item.Kind], item.Partnership)
		parts = append(parts, join("\n", heading, item.Title), item.Body, note(item.Note, words))
	}
	return join(blankLine, parts...)
}

// covers are the coordinators' words, with their partnership's name where there are several.
func covers(all []channels.Cover, words channels.Words) string {
	var parts []string
	for _, cover := range all {
		label := ""
		if len(all) > 1 {
			label = cover.Partnership
		}
		parts = append(parts, join(" – ", label, note(cover.Note, words)))
	}
	return join(blankLine, parts...)
}

// note marks the coordinator's words as theirs (PLP.md, "Two levels").
func note(note string, words channels.Words) string {
	if note == "" {
		return ""
	}
	return words.Note + " " + note
}

const blankLine = "\n\n"

// join puts separator between the parts that say something.
func join(separator string, parts ...string) string {
	said := slices.DeleteFunc(slices.Clone(parts), func(part string) bool { return part == "" })
	return strings.Join(said, separator)
}

// fit completes p with as much of t.main as there is room for.
func fit(p Payload, t text) ([]byte, error) {
	p.Body = join(blankLine, t.head, t.main, t.tail)
	data, err := encode(p)
	if err != nil || len(data) <= maxPlaintext {
		return data, err
	}
	runes := []rune(t.main)
	n, tooMuch := len(runes), len(data)+len(ellipsis)-maxPlaintext
	for ; tooMuch > 0 && n > 0; n-- {
		tooMuch -= encodedLen(runes[n-1])
	}
	if tooMuch > 0 {
		return nil, errors.New("what stands around the text leaves no room for it")
	}
	p.Body = join(blankLine, t.head, string(cut(runes, n))+ellipsis, t.tail)
	return encode(p)
}

// encodedLen is how many bytes encode writes for r.
func encodedLen(r rune) int {
	switch {
	case strings.ContainsRune("\"\\\b\f\n\r\t", r):
		return len(`\n`)
	case r < ' ' || r == '\u2028' || r == '\u2029':
		return len(`\u2028`)
	}
	return utf8.RuneLen(r)
}

// cut returns at most n runes, and neither tears a letter from its accents nor
// leaves a blank at the end.
func cut(runes []rune, n int) []rune {
	for n > 0 && n < len(runes) && (joins(runes[n]) || runes[n-1] == zeroWidthJoiner) {
		n--
	}
	for n > 0 && unicode.IsSpace(runes[n-1]) {
		n--
	}
	return runes[:n]
}

const zeroWidthJoiner = '\u200d'

// joins says whether r belongs to the character before it.
func joins(r rune) bool {
	return r == zeroWidthJoiner || unicode.Is(unicode.M, r)
}

// encode writes JSON as short as it can be: "<" stays one byte.
func encode(p Payload) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("write the payload: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
