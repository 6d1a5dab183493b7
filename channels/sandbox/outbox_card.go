package sandbox

import (
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"relais/channels"
)

// card is one message as card.html shows it.
type card struct {
	Item
	Words    labels
	Who      string // the recipient's name, or their address
	Where    string // the address, when Who is a name
	Sender   string
	Address  string // of a mail's sender
	Clock    string
	ISO      string
	Body     template.HTML // escaped, with links
	Parts    string        // "in 2 parts", or empty
	Frame    string        // path of a mail's HTML, or empty
	Height   int           // of that frame, in CSS pixels
	Open     string        // http link of a push, or empty
	Heard    string        // who answered a call, or empty
	Details  []detail
	HasTitle bool
}

type detail struct{ Name, Value string }

func (o *outbox) card(it Item, words labels) card {
	at := it.At.In(o.sandbox.zone)
	c := card{
		Item:     it,
		Words:    words,
		Who:      o.sandbox.people.name(it.To),
		Where:    where(it, words),
		Clock:    clock(at, time.Now().In(o.sandbox.zone)),
		ISO:      at.Format(time.RFC3339),
		Body:     withLinks(strings.TrimSpace(it.Text)),
		HasTitle: it.Subject != "",
		Details:  details(it),
	}
	if c.Who == "" {
		c.Who, c.Where = c.Where, ""
	}
	c.Sender, c.Address = splitSender(it.From)
	switch it.Channel {
	case channels.SMS:
		if n := segments(it.Text); n > 1 {
			c.Parts = fmt.Sprintf(words.Parts, n)
		}
	case channels.Email:
		if it.HTML != "" {
			c.Frame, c.Height = "/outbox/mail/"+decimal(it.N), frameHeight(it)
		}
	case channels.Push:
		c.Open = webLink(it.Link)
	case channels.Voice:
		c.Sender, c.Heard = readableNumber(it.From), words.Heard[it.Answer]
	}
	return c
}

func where(it Item, words labels) string {
	switch it.Channel {
	case channels.SMS, channels.Voice:
		return readableNumber(it.To)
	case channels.Push:
		return words.Phone + " " + shortAddress(it)
	}
	return it.To
}

// splitSender takes `Relais <post@example.be>` apart.
func splitSender(from string) (name, address string) {
	name, rest, ok := strings.Cut(from, "<")
	if !ok || strings.TrimSpace(name) == "" {
		return strings.Trim(from, "<> "), ""
	}
	return strings.Trim(name, `" `), strings.TrimSuffix(strings.TrimSpace(rest), ">")
}

var tags = regexp.MustCompile(`(?s)<style.*?</style>|<[^>]*>`)

// frameHeight guesses how tall a mail is from how much it says, for a frame
// without scripts cannot tell; what is taller scrolls inside.
func frameHeight(it Item) int {
	text := it.Text
	if text == "" {
		text = tags.ReplaceAllString(it.HTML, "")
	}
	lines := 0
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		lines += 1 + utf8.RuneCountInString(line)/44
	}
	return min(max(150+26*lines, 220), 720)
}

var links = regexp.MustCompile(`https?://[^\s<>"]+`)

// withLinks escapes a text and makes its web addresses links that open a page
// of their own. What usually ends a sentence does not belong to the address.
func withLinks(text string) template.HTML {
	var out strings.Builder
	last := 0
	for _, span := range links.FindAllStringIndex(text, -1) {
		link := strings.TrimRight(text[span[0]:span[1]], ".,;:!?)'»")
		out.WriteString(template.HTMLEscapeString(text[last:span[0]]))
		escaped := template.HTMLEscapeString(link)
		fmt.Fprintf(&out, `<a href="%s" target="_blank" rel="noopener noreferrer">%s</a>`, escaped, escaped)
		last = span[0] + len(link)
	}
	out.WriteString(template.HTMLEscapeString(text[last:]))
	return template.HTML(out.String())
}

// webLink lets only web addresses through: a payload could name javascript:.
func webLink(link string) string {
	parsed, err := url.Parse(link)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return ""
	}
	return link
}

func details(it Item) []detail {
	var all []detail
	for _, name := range slices.Sorted(maps.Keys(it.Headers)) {
		all = append(all, detail{name, it.Headers[name]})
	}
	switch it.Channel {
	case channels.SMS:
		all = append(all, detail{"MessageSid", it.Ref})
	case channels.Voice:
		all = append(all, detail{"CallSid", it.Ref})
	case channels.Push:
		all = append(all, detail{"Payload", it.Payload})
	}
	return all
}
