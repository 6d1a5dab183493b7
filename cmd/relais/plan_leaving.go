package main

import (
	"cmp"
	"fmt"
	"slices"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// leaving is what goes to members at one moment on one channel.
type leaving struct {
	subscribers.Departure
	held  bool
	langs map[broker.Lang]int // how many read it in each language
}

func (l leaving) count() int {
	n := 0
	for _, of := range l.langs {
		n += of
	}
	return n
}

// together says whether two deliveries stand on one line. Times are compared
// as instants: equal ones may differ in how they hold their zone.
func (l leaving) together(d subscribers.Departure) bool {
	return l.At.Equal(d.At) && l.Slot.Date == d.Slot.Date && l.Channel == d.Channel && l.Late == d.Late && l.Reason == d.Reason
}

// departures plans the granted message for every member, as dispatch does, and
// counts those to whom something leaves.
func (s *simulation) departures(granted subscribers.Moment) (lines []leaving, people int) {
	o := subscribers.Occasion{Message: s.message, Approval: granted.Approval, Partnership: s.partnership, Plan: s.plan, Available: s.available, Now: granted.At}
	o.Paid = map[channels.Name]bool{channels.SMS: s.partCost > 0, channels.Voice: s.minuteCost > 0}
	o.Tight = s.spent != nil && s.spent.Tight()
	seen := make(map[channels.DeliveryID]bool)
	counted := s.counted
	if counted == nil {
		counted = make(map[string]bool)
	}
	for _, member := range s.members {
		if counted[member.ID.String()] {
			continue // another partnership's (decision 0024)
		}
		gets := false
		for _, e := range o.Owed(member) {
			// The ledger's key: one line for each address (store.Add).
			address := string(e.Channel) + e.Hash.String()
			reached := e.State != channels.Suppressed
			if seen[e.ID] || reached && counted[address] {
				continue
			}
			seen[e.ID], counted[address] = true, counted[address] || reached
			counted[member.ID.String()] = counted[member.ID.String()] || reached
			d := o.Departs(e)
			gets = gets || !d.At.IsZero() && !d.Late
			lines = addTo(lines, d, e)
		}
		if gets {
			people++
		}
	}
	slices.SortStableFunc(lines, func(a, b leaving) int {
		return cmp.Or(boolOrder(a.At.IsZero(), b.At.IsZero()), a.At.Compare(b.At), cmp.Compare(a.Channel, b.Channel))
	})
	return lines, people
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func addTo(lines []leaving, d subscribers.Departure, e subscribers.Entry) []leaving {
	if d.At.IsZero() {
		d.Channel = ""
	}
	i := slices.IndexFunc(lines, func(l leaving) bool { return l.together(d) })
	if i < 0 {
		i = len(lines)
		lines = append(lines, leaving{d, e.State == channels.Held, make(map[broker.Lang]int)})
	}
	lines[i].langs[e.Lang]++
	return lines
}

// say is the line about what leaves.
func (l leaving) say() string {
	who := fmt.Sprintf("%d by %s", l.count(), channelWord(l.Channel))
	switch {
	case l.Reason == channels.ReasonNoChannel:
		return fmt.Sprintf("%d are reached by no channel of the rule: tell them in another way.", l.count())
	case l.At.IsZero():
		return fmt.Sprintf("%d get nothing (%s).", l.count(), cmp.Or(string(l.Reason), "no infoflash falls due"))
	case l.Late && l.Slot != (subscribers.Slot{}):
		return who + " would go with this infoflash, but the message has expired by then: not sent."
	case l.Late:
		return who + " would go now, but the message has expired: not sent."
	case l.Slot != (subscribers.Slot{}):
		return fmt.Sprintf("%s, with the infoflash of %s.", who, l.Slot.Date)
	case l.held:
		return who + ", held until now by the quiet hours."
	}
	return who + ", at once."
}
