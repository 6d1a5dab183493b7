package voice

import (
	"fmt"
	"strings"

	"relais/broker"
	"relais/channels"
)

// speaker writes what a call says.
type speaker struct {
	words   channels.WordsByLang
	spoken  map[broker.Lang]spoken
	voices  map[broker.Lang]string
	repeats int
}

// part is what everybody hears who reads the same: the beginning, which is
// said once, and the message, which is repeated. body alone may be cut.
type part struct {
	hello, head, body, foot string
}

// parts writes a content for the ear. PLP.md, rule 1: every call says whom to
// call when it is urgent; rule 2 keeps the coordinator's words apart.
func (s speaker) parts(c *channels.Content) part {
	words, own := s.words[c.Lang], s.spoken[c.Lang]
	p := part{
		hello: fmt.Sprintf(own.Hello, name(c.Partnership)),
		foot:  join(words.Emergency, fmt.Sprintf(words.Why, name(c.Partnership))),
	}
	switch c.Purpose {
	case channels.Ask:
		p.hello = fmt.Sprintf(own.HelloApprover, name(c.Partnership))
		p.head = join(words.AskTitle, clip(c.Title))
		p.foot = join(own.Decide, words.Emergency, fmt.Sprintf(words.WhyApprover, name(c.Partnership)))
	case channels.Notice:
		p.hello = fmt.Sprintf(own.HelloApprover, name(c.Partnership))
		p.head = join(words.Notice, clip(c.Title), c.Outcome)
		p.foot = join(words.Emergency, fmt.Sprintf(words.WhyApprover, name(c.Partnership)))
	case channels.Service: // the text itself says why, and its reader may be no member
		p.head, p.body, p.foot = join(clip(c.Title)), sentence(c.Body), join(words.Emergency)
	case channels.Digest:
		p.head, p.body = join(words.Infoflash), s.items(c)
	default:
		p.head, p.body = join(words.Kinds[c.Kind], turn(c, words), clip(c.Title)), sentence(c.Body)
		if c.Note != "" {
			p.foot = join(words.Note, clip(c.Note), p.foot)
		}
	}
	return p
}

// turn says that a message changes or ends an earlier one.
func turn(c *channels.Content, words channels.Words) string {
	switch c.MsgType {
	case broker.TypeUpdate:
		return words.Update
	case broker.TypeCancel:
		return words.Cancel
	}
	return ""
}

func (s speaker) items(c *channels.Content) string {
	var said []string
	for _, item := range c.Items {
		said = append(said, join(item.Title, item.Body))
		if item.Note != "" {
			said = append(said, join(s.words[c.Lang].Note, item.Note))
		}
	}
	return join(said...)
}

// join makes sentences of texts and puts them after each other.
func join(texts ...string) string {
	var said []string
	for _, text := range texts {
		if text = sentence(text); text != "" {
			said = append(said, text)
		}
	}
	return strings.Join(said, " ")
}

// maxTitle is the longest that a title or a note is read, in characters.
const maxTitle = 300

func clip(text string) string {
	if runes := []rune(name(text)); len(runes) > maxTitle {
		return string(runes[:maxTitle]) + "…"
	}
	return text
}

// cut keeps so many characters of a body at most, to the end of a word, and
// says that there is more.
func cut(body []rune, keep int, more string) string {
	for keep > 0 && keep < len(body) && body[keep] != ' ' {
		keep--
	}
	return join(string(body[:keep]), more)
}
