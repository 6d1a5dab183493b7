package main

import (
	"fmt"
	"io"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/channels/sms"
	"relais/subscribers"
)

// bill counts what a story costs.
type bill struct {
	s     *simulation
	lines map[channels.Purpose]*billLine
}

type billLine struct{ messages, parts, most int }

func (s *simulation) newBill() *bill {
	return &bill{s, make(map[channels.Purpose]*billLine)}
}

func (b *bill) add(why channels.Purpose, n, parts int) {
	if b.lines[why] == nil {
		b.lines[why] = &billLine{}
	}
	line := b.lines[why]
	line.messages += n
	line.parts += n * parts
	line.most = max(line.most, parts)
}

// members adds what members get by SMS.
func (b *bill) members(l leaving) {
	if l.Channel != channels.SMS || l.Late || l.At.IsZero() {
		return
	}
	why := channels.ForMember
	if l.Slot != (subscribers.Slot{}) {
		why = channels.Digest
	}
	for lang, n := range l.langs {
		b.add(why, n, b.s.parts(why, lang, subscribers.Approval{}))
	}
}

// letters adds the questions and notices of a moment that go by SMS.
func (b *bill) letters(moments []subscribers.Moment, i int) {
	at, a := moments[i].At, moments[i].Approval
	entries := a.Questions(b.s.message, a.Between(stepBefore(moments, i), a.Step, b.s.present(a.Rule)), b.s.available, at)
	if a.State.Final() {
		entries = a.Notices(b.s.message, a.Rule.Approval.Approvers(b.s.approvers), b.s.available, at)
	}
	seen := make(map[channels.DeliveryID]bool) // the ledger keeps one of each
	for _, e := range entries {
		if e.Channel == channels.SMS && !seen[e.ID] {
			seen[e.ID] = true
			b.add(e.Purpose, 1, b.s.parts(e.Purpose, e.Lang, a))
		}
	}
}

// parts is how many parts one such SMS takes, counted on its real text.
func (s *simulation) parts(why channels.Purpose, lang broker.Lang, a subscribers.Approval) int {
	text, _ := s.message.Text(lang, s.partnership.Languages...)
	c := &channels.Content{
		Purpose: why, Lang: lang, Partnership: s.partnership.Name, Tag: s.partnership.Tag,
		Kind: s.message.Kind, Urgency: s.message.Urgency, MsgType: s.message.MsgType,
		Title: text.Title, Body: text.Body,
	}
	link := s.publicURL + "/m/" + exampleToken()
	switch why {
	case channels.Notice:
		c.Outcome = a.Decision.Say(lang)
	case channels.Digest:
		c.Items = []channels.Item{{Partnership: c.Partnership, Kind: c.Kind, Title: c.Title, Body: c.Body}}
	}
	d := channels.Delivery{Content: c, Links: channels.Links{Decide: link, Open: link}}
	return sms.Count(sms.Preview(s.words, s.transliterate, d)).Parts
}

// exampleToken is as long as every token in a link.
func exampleToken() string {
	may, err := subscribers.NewCapabilities(make([]byte, 32))
	if err != nil {
		return ""
	}
	return may.Token(subscribers.CanOpen, channels.DeliveryID{UUID: uuid.Nil})
}

// print writes the bill.
func (b *bill) print(out io.Writer) error {
	total := 0
	for _, row := range []struct {
		why  channels.Purpose
		name string
	}{
		{channels.Ask, "asking approvers"}, {channels.Notice, "telling approvers"},
		{channels.ForMember, "to members"}, {channels.Digest, "with the infoflash, if it holds this alone"},
	} {
		line := b.lines[row.why]
		if line == nil {
			continue
		}
		total += line.parts
		fmt.Fprintf(out, "  SMS %s: %d of up to %s, %s\n", row.name, line.messages, several(line.most, "part"), several(line.parts, "part"))
	}
	_, err := fmt.Fprintf(out, "  Cost: EUR %.2f (%s of SMS at EUR %g)\n", float64(total)*b.s.partCost, several(total, "part"), b.s.partCost)
	return err
}

func several(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
