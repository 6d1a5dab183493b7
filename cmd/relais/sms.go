package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"relais/broker"
	"relais/channels"
	"relais/channels/sms"
)

// smsCommands look at text messages. They send nothing.
type smsCommands struct {
	Preview smsPreviewCommand `cmd:"" help:"Show a text as the SMS that members get: its parts, what it costs, and what would make it cheaper."`
}

type smsPreviewCommand struct {
	Text           string  `required:"" help:"The police's text."`
	Title          string  `help:"Its title."`
	PartnershipTag string  `default:"PLP" placeholder:"TAG" help:"What each SMS of the partnership begins with (${default})."`
	Kind           string  `default:"alert" help:"alert, missing, hazard, appeal, prevention, feedback, closing, info or test."`
	Lang           string  `default:"" enum:",fr,nl,de,en" placeholder:"LANG" help:"fr, nl, de or en, of the SMS and of the answer; else the terminal's, else en."`
	PlainAccents   bool    `help:"The partnership's plan has accents written plainly (ê as e) where that makes an SMS cheaper."`
	Members        int     `default:"1" placeholder:"N" help:"How many members get it."`
	SMSPart        float64 `name:"sms-part" default:"0.055" placeholder:"EUR" help:"What one part of an SMS costs (${default})."`
}

// Run prints both forms beside each other.
func (c *smsPreviewCommand) Run(p *program) error {
	if c.Members < 1 || c.SMSPart < 0 {
		return errors.New("--members must be 1 or more, and --sms-part cannot be negative")
	}
	kind := broker.Kind(c.Kind)
	if !slices.Contains(broker.Kinds(), kind) {
		return fmt.Errorf("--kind %q is none of alert, missing, hazard, appeal, prevention, feedback, closing, info and test", c.Kind)
	}
	words, err := channels.LoadWords()
	if err != nil {
		return err
	}
	lang := broker.Lang(c.Lang)
	if lang == "" {
		lang = langOfTerminal(p.Environ)
	}
	content := &channels.Content{
		Purpose: channels.ForMember, Lang: lang, Tag: c.PartnershipTag, Kind: kind, Urgency: kind.UsualUrgency(), Title: c.Title, Body: c.Text,
	}
	if c.Title == "" {
		content.Title, content.Body = c.Text, ""
	}
	cheap := *content
	cheap.Cheaply = true
	asIs := sms.Preview(words, channels.Delivery{Content: content})
	plain := sms.Preview(words, channels.Delivery{Content: &cheap})
	return c.print(p.Stdout, smsWordsIn(lang), asIs, plain)
}

// langOfTerminal reads the language of the environment (POSIX, 8.2), as fr_BE.UTF-8.
func langOfTerminal(environ []string) broker.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		for _, pair := range environ {
			value, ok := strings.CutPrefix(pair, name+"=")
			if lang := broker.Lang(strings.ToLower(value[:min(2, len(value))])); ok && lang.Valid() {
				return lang
			}
		}
	}
	return broker.English
}

func (c *smsPreviewCommand) print(out io.Writer, w smsWords, asIs, plain string) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintf(table, "\t%s\t%s\n", w.head(w.asIs, !c.PlainAccents), w.head(w.plain, c.PlainAccents))
	a, b := sms.Count(asIs), sms.Count(plain)
	fmt.Fprintf(table, "%s\t%s\t%s\n", w.encoding, a.Encoding, b.Encoding)
	fmt.Fprintf(table, "%s\t%d\t%d\n", w.length, a.Units, b.Units)
	fmt.Fprintf(table, "%s\t%d\t%d\n", w.parts, a.Parts, b.Parts)
	fmt.Fprintf(table, "%s\t%s\t%s\n", fmt.Sprintf(w.cost, c.Members), w.price(c.euros(a)), w.price(c.euros(b)))
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s\n\n", w.sayCostly(asIs))
	return beside(out, asIs, plain)
}

func (c *smsPreviewCommand) euros(s sms.Segments) float64 {
	return float64(s.Parts*c.Members) * c.SMSPart
}

// columnWidth is how wide each form is shown, in characters: two of them and
// what is between fit a terminal of 80.
const columnWidth = 38

// beside prints two texts next to each other. A line of dots stands where a
// new part begins.
func beside(out io.Writer, left, right string) error {
	a, b := wrapParts(left), wrapParts(right)
	for i := range max(len(a), len(b)) {
		if _, err := fmt.Fprintln(out, strings.TrimRight(pad(lineAt(a, i))+"  "+lineAt(b, i), " ")); err != nil {
			return err
		}
	}
	return nil
}

func wrapParts(text string) (lines []string) {
	for i, part := range sms.Split(text) {
		if i > 0 {
			lines = append(lines, strings.Repeat("·", columnWidth))
		}
		for line := range strings.SplitSeq(part, "\n") {
			lines = append(lines, wrap(line)...)
		}
	}
	return lines
}

// wrap breaks a line at blanks, and a long word where it must.
func wrap(line string) (lines []string) {
	rest := []rune(line)
	for len(rest) > columnWidth {
		at := columnWidth
		for at > 0 && rest[at] != ' ' {
			at--
		}
		if at == 0 {
			at = columnWidth
		}
		lines = append(lines, string(rest[:at]))
		rest = []rune(strings.TrimLeft(string(rest[at:]), " "))
	}
	return append(lines, string(rest))
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func pad(line string) string {
	return line + strings.Repeat(" ", max(0, columnWidth-len([]rune(line))))
}
