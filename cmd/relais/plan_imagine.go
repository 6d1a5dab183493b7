package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// imaginedMembers is how many a simulation has when nothing says otherwise:
// a few streets.
const imaginedMembers = 60

// imagine fills a simulation with people whom nobody knows.
func (c *planSimulateCommand) imagine(s *simulation) error {
	total, few := c.Members, 0
	if total == 0 {
		total = imaginedMembers
	}
	s.imagined = true
	lang := s.partnership.Languages[0]
	for _, name := range slices.Sorted(maps.Keys(c.Only)) {
		if n := c.Only[name]; n < 0 || !broker.ValidToken(name) {
			return fmt.Errorf("--only %s=%d: name a channel and how many members", name, n)
		}
		for range c.Only[name] {
			s.members = append(s.members, imaginedMember(fmt.Sprintf("member %d", len(s.members)), lang, channels.Name(name)))
			few++
		}
	}
	if few > total {
		return fmt.Errorf("--only names %d members, more than the %d that there are; raise --members", few, total)
	}
	for len(s.members) < total {
		s.members = append(s.members, imaginedMember(fmt.Sprintf("member %d", len(s.members)), lang, s.available...))
	}
	return nil
}

func imaginedApprovers(available []channels.Name, lang broker.Lang) []subscribers.Approver {
	return []subscribers.Approver{
		{Member: imaginedMember("The coordinator", lang, available...), Role: subscribers.RoleCoordinator},
		{Member: imaginedMember("The deputy", lang, available...), Role: subscribers.RoleDeputy},
	}
}

func imaginedMember(name string, lang broker.Lang, on ...channels.Name) subscribers.Member {
	m := subscribers.Member{ID: subscribers.NewMemberID(), Name: name, Lang: lang}
	for _, ch := range on {
		m.Contacts = append(m.Contacts, subscribers.Contact{Channel: ch, Address: channels.NewAddress(name), State: subscribers.ContactActive})
	}
	return m
}

// message is what the police would publish.
func (c *planSimulateCommand) message(p subscribers.Partnership) (broker.Message, error) {
	at, err := parseAt(c.At, p.Location())
	if err != nil {
		return broker.Message{}, err
	}
	m := broker.Message{
		ID: broker.NewMessageID(), Zone: "simulation", Author: "Police", Sent: at, Expires: at.Add(c.Expires),
		Kind: broker.Kind(c.Kind), Urgency: broker.Urgency(c.Urgency), Texts: demoAlert().Texts,
		Clearance: "simulation", References: []broker.MessageID{broker.NewMessageID()},
	}.WithUsual()
	if c.Title != "" || c.Body != "" {
		m.Texts = map[broker.Lang]broker.Text{p.Languages[0]: {Title: c.Title, Body: c.Body}}
	}
	return m, m.Validate()
}

// parseAt reads a local time of the partnership, or one with an offset.
func parseAt(text string, loc *time.Location) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.In(loc), nil
		}
	}
	t, err := parseWall(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("--at %q is not a time; write it as 2027-03-28T02:30", text)
	}
	return subscribers.DateOf(t).At(subscribers.ClockOf(t), loc), nil
}

func parseWall(text string) (time.Time, error) { return time.Parse("2006-01-02T15:04", text) }

// remarkAt says what a clock change made of the time that was asked for.
func remarkAt(text string, at time.Time) string {
	wall, err := parseWall(text)
	if err != nil {
		return "" // it had an offset
	}
	clock := subscribers.ClockOf(wall)
	if subscribers.ClockOf(at) != clock {
		return fmt.Sprintf("%s does not exist on that day, for the clocks go forward; %s is taken.", clock, subscribers.ClockOf(at))
	}
	for _, later := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour} {
		if again := at.Add(later); subscribers.ClockOf(again) == clock && subscribers.DateOf(again) == subscribers.DateOf(at) {
			return fmt.Sprintf("%s comes twice on that day, for the clocks go back; the first is taken (the second is %s%s).", clock, text, again.Format("-07:00"))
		}
	}
	return ""
}
