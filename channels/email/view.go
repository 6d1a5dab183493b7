package email

import (
	"fmt"
	"slices"
	"strings"

	"relais/broker"
	"relais/channels"
)

// view is what the templates read. Every text in it is free of hidden characters.
type view struct {
	Lang        broker.Lang
	Words       channels.Words
	Subject     string
	Partnership string
	Urgent      bool   // the emergency line goes first
	Label       string // "Alert", "Correction (Alert)"
	Title       string
	Heading     string // both
	Body        text
	Picture     *picture // nil: none
	Note        text
	Rule        text
	Outcome     text
	Covers      []note // the coordinators' words at the head of a digest
	Groups      []group
	Why         string

	Decide, Open, Leave slot
}

// text is paragraphs of lines.
type text [][]string

// group is what a digest says of one kind.
type group struct {
	Label string
	Items []item
}

type item struct {
	Partnership string
	Title       string
	Body        text
	Picture     *picture // nil: none
	Note        text
}

// slot stands for a link of the recipient's own, in each part of the mail.
// Empty where the recipient has none.
type slot struct{ Text, HTML string }

// newView says in words what a mail shows. Links are filled in by the renderer.
func newView(c *channels.Content, words channels.Words) view {
	v := view{
		Lang:        c.Lang,
		Words:       words,
		Partnership: oneLine(c.Partnership),
		Urgent:      c.Urgency == broker.Immediate && (c.Purpose == channels.ForMember || c.Purpose == channels.Ask),
		Label:       label(c, words),
		Title:       oneLine(c.Title),
		Body:        paragraphs(c.Body),
		Note:        paragraphs(c.Note),
		Rule:        paragraphs(c.Rule),
		Outcome:     paragraphs(c.Outcome),
		Covers:      covers(c.Covers, words),
		Groups:      groups(c.Items, words),
		Picture:     newPicture(c.Picture, 0, words),
	}
	v.Heading = fmt.Sprintf(words.Pair, v.Label, v.Title)
	v.Subject = subject(c, v)
	switch c.Purpose {
	case channels.Ask, channels.Notice, channels.Preview:
		v.Why = fmt.Sprintf(words.WhyApprover, v.Partnership)
	case channels.Service: // the text itself says why
	default:
		v.Why = fmt.Sprintf(words.Why, v.Partnership)
	}
	return v
}

// label names the kind, and says if the message corrects or withdraws another.
func label(c *channels.Content, words channels.Words) string {
	kind := kindName(c.Kind, words)
	switch c.MsgType {
	case broker.TypeUpdate:
		return words.Update + " (" + kind + ")"
	case broker.TypeCancel:
		return words.Cancel + " (" + kind + ")"
	}
	return kind
}

func kindName(k broker.Kind, words channels.Words) string {
	if name := words.Kinds[k]; name != "" {
		return name
	}
	return oneLine(string(k))
}

// subject is "[Tag] Kind: Title"; of a digest, its first item.
func subject(c *channels.Content, v view) string {
	line := v.Heading
	switch c.Purpose {
	case channels.Service, channels.Preview:
		line = v.Title
	case channels.Ask:
		line = fmt.Sprintf(v.Words.Pair, v.Words.AskTitle, v.Title)
	case channels.Notice:
		line = fmt.Sprintf(v.Words.Pair, v.Words.Notice, v.Title)
	case channels.Digest:
		line = digestSubject(c, v)
	}
	if tag := oneLine(c.Tag); tag != "" {
		line = "[" + tag + "] " + line
	}
	return oneLine(line)
}

func digestSubject(c *channels.Content, v view) string {
	switch {
	case v.Title != "":
		return fmt.Sprintf(v.Words.Pair, v.Words.Infoflash, v.Title)
	case len(v.Groups) == 0:
		return v.Words.Infoflash
	case len(c.Items) == 1:
		return fmt.Sprintf(v.Words.Pair, v.Words.Infoflash, v.Groups[0].Items[0].Title)
	}
	return fmt.Sprintf(v.Words.Pair+" (+%d)", v.Words.Infoflash, v.Groups[0].Items[0].Title, len(c.Items)-1)
}

// covers marks each coordinator's words, and says of which partnership where
// there are several.
func covers(all []channels.Cover, words channels.Words) []note {
	var notes []note
	for _, cover := range all {
		label := words.Note
		if len(all) > 1 {
			label = oneLine(cover.Partnership) + " – " + label
		}
		notes = append(notes, note{label, paragraphs(cover.Note)})
	}
	return notes
}

// groups sorts a digest by kind, and keeps the order within.
func groups(items []channels.Item, words channels.Words) []group {
	byKind := make(map[broker.Kind][]item)
	order := broker.Kinds()
	for n, i := range items {
		if !slices.Contains(order, i.Kind) {
			order = append(order, i.Kind) // one that this version does not know is shown last
		}
		byKind[i.Kind] = append(byKind[i.Kind], item{
			Partnership: oneLine(i.Partnership),
			Title:       oneLine(i.Title),
			Body:        paragraphs(i.Body),
			Note:        paragraphs(i.Note),
			Picture:     newPicture(i.Picture, n+1, words),
		})
	}
	var all []group
	for _, kind := range order {
		if list := byKind[kind]; list != nil {
			all = append(all, group{kindName(kind, words), list})
		}
	}
	return all
}

// sender is the name that a mail comes from: the partnership, by way of our address.
func sender(c *channels.Content, fromName string) string {
	several := make(map[string]bool)
	for _, i := range c.Items {
		several[i.Partnership] = true
	}
	if (c.Partnership == "" || len(several) > 1) && fromName != "" {
		return oneLine(fromName)
	}
	return oneLine(c.Partnership)
}

// listID names the list for the reader's filters (RFC 2919, 2): one for each
// partnership, by its tag, and one for all digests.
func listID(c *channels.Content, host string) string {
	name := "infoflash"
	if c.Purpose != channels.Digest {
		name = slug(c.Tag)
	}
	return "<" + name + "." + host + ">"
}

func slug(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	if len(words) == 0 {
		return "relais"
	}
	return strings.Join(words, "-")
}
