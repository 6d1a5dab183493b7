package main

import (
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/channels/sms"
	"relais/channels/voice"
	"relais/subscribers"
)

// bill counts what a story costs.
type bill struct {
	s     *simulation
	lines map[billKey]*billLine
}

type billKey struct {
	on  channels.Name // SMS or Voice; the others cost nothing for each message
	why channels.Purpose
}

// billLine counts messages and what is paid for: parts of an SMS, or the
// minutes that a call takes when somebody answers and listens to the end.
type billLine struct{ messages, parts, most int }

func (s *simulation) newBill() *bill {
	return &bill{s, make(map[billKey]*billLine)}
}

func (b *bill) add(on channels.Name, why channels.Purpose, n, parts int) {
	key := billKey{on, why}
	if b.lines[key] == nil {
		b.lines[key] = &billLine{}
	}
	line := b.lines[key]
	line.messages += n
	line.parts += n * parts
	line.most = max(line.most, parts)
}

// costs says whether each message on a channel has a price.
func costs(on channels.Name) bool { return on == channels.SMS || on == channels.Voice }

// members adds what members get by SMS and by call.
func (b *bill) members(l leaving) {
	if !costs(l.Channel) || l.Late || l.At.IsZero() {
		return
	}
	why := channels.ForMember
	if l.Slot != (subscribers.Slot{}) {
		why = channels.Digest
	}
	for lang, n := range l.langs {
		b.add(l.Channel, why, n, b.s.parts(l.Channel, why, lang, subscribers.Approval{}))
	}
}

// letters adds the questions and notices of a moment that have a price.
func (b *bill) letters(moments []subscribers.Moment, i int) {
	at, a := moments[i].At, moments[i].Approval
	entries := a.Questions(b.s.message, a.Between(stepBefore(moments, i), a.Step, b.s.present(a.Rule)), b.s.available, at)
	if a.State.Final() {
		entries = a.Notices(b.s.message, a.Rule.Approval.Approvers(b.s.approvers), b.s.available, at)
	}
	seen := make(map[channels.DeliveryID]bool) // the ledger keeps one of each
	for _, e := range entries {
		if costs(e.Channel) && !seen[e.ID] {
			seen[e.ID] = true
			b.add(e.Channel, e.Purpose, 1, b.s.parts(e.Channel, e.Purpose, e.Lang, a))
		}
	}
}

// parts is how many parts one such SMS takes, or how many minutes one such
// call, counted on its real text.
func (s *simulation) parts(on channels.Name, why channels.Purpose, lang broker.Lang, a subscribers.Approval) int {
	c := memberContent(s.message, lang, s.partnership)
	c.Purpose, c.Cheaply = why, s.plan.PlainAccents || s.message.PlainAccents
	link := s.publicURL + "/m/" + exampleToken()
	switch why {
	case channels.Notice:
		c.Outcome = a.Decision.Say(lang)
	case channels.Digest:
		c.Items = []channels.Item{{Partnership: c.Partnership, Kind: c.Kind, Title: c.Title, Body: c.Body}}
	}
	if on == channels.Voice {
		return s.minutes(c)
	}
	d := channels.Delivery{Content: c, Links: channels.Links{Decide: link, Open: link}}
	return sms.Count(sms.Preview(s.words, d)).Parts
}

// minutes is how many a call begins, for that is how they are paid.
func (s *simulation) minutes(c *channels.Content) int {
	_, length, err := voice.Preview(s.voice, s.words, c)
	if err != nil {
		return 0 // it would not be called
	}
	return int((length + time.Minute - 1) / time.Minute)
}

// exampleToken is as long as every token in a link.
func exampleToken() string {
	may, err := subscribers.NewCapabilities(make([]byte, 32))
	if err != nil {
		return ""
	}
	return may.Token(subscribers.CanOpen, channels.DeliveryID{UUID: uuid.Nil})
}

// euros is what all of it costs.
func (b *bill) euros() float64 {
	return float64(b.units(channels.SMS))*b.s.partCost + float64(b.units(channels.Voice))*b.s.minuteCost
}

// units adds up the parts or minutes on a channel.
func (b *bill) units(on channels.Name) (sum int) {
	for key, line := range b.lines {
		if key.on == on {
			sum += line.parts
		}
	}
	return sum
}

// print writes the bill.
func (b *bill) print(out io.Writer) error {
	b.printLines(out, channels.SMS, "SMS", "part")
	b.printLines(out, channels.Voice, "Calls", "minute")
	parts, minutes, cost := b.units(channels.SMS), b.units(channels.Voice), b.euros()
	paid := fmt.Sprintf("%s of SMS at EUR %g", several(parts, "part"), b.s.partCost)
	if minutes > 0 {
		paid += fmt.Sprintf(", %s of calls at EUR %g", several(minutes, "minute"), b.s.minuteCost)
	}
	_, err := fmt.Fprintf(out, "  Cost: EUR %.2f (%s)\n", cost, paid)
	if budget := b.s.plan.Budget; budget != nil && err == nil {
		_, err = fmt.Fprintf(out, "  That is %.1f %% of the EUR %g that a month may cost.\n", 100*cost/budget.Month, budget.Month)
	}
	if spent := b.s.spent; spent != nil && spent.Budget != nil && err == nil {
		_, err = fmt.Fprintf(out, "  EUR %.2f of them were spent this month before.\n", spent.Total().InEuros())
	}
	return err
}

// printLines writes a line for each purpose on a channel.
func (b *bill) printLines(out io.Writer, on channels.Name, what, unit string) {
	for _, row := range []struct {
		why  channels.Purpose
		name string
	}{
		{channels.Ask, "asking approvers"}, {channels.Notice, "telling approvers"},
		{channels.ForMember, "to members"}, {channels.Digest, "with the infoflash, if it holds this alone"},
	} {
		line := b.lines[billKey{on, row.why}]
		if line == nil {
			continue
		}
		fmt.Fprintf(out, "  %s %s: %d of up to %s, %s\n", what, row.name, line.messages, several(line.most, unit), several(line.parts, unit))
	}
}

func several(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
