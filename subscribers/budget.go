package subscribers

import (
	"fmt"
	"math"
	"slices"
	"time"

	"relais/broker"
	"relais/channels"
)

// Money is an amount in millionths of a euro, for a part of an SMS costs less
// than a cent's whole numbers can say.
type Money int64

// Euros is an amount given in euros.
func Euros(e float64) Money { return Money(math.Round(e * 1e6)) }

// InEuros is the amount in euros.
func (m Money) InEuros() float64 { return float64(m) / 1e6 }

// budgetWarns is the share of a month's budget from which on partnerships save.
const budgetWarns = 0.8

// Tight says whether so much is spent that the partnership saves for the rest
// of its month: 80 % of the budget or more. No budget (nil) is never tight.
func (b *Budget) Tight(spent Money) bool {
	return b != nil && spent.InEuros() >= budgetWarns*b.Month
}

// Month is a calendar month in a partnership's zone.
type Month struct {
	Name     string // 2026-11
	From, To time.Time
}

// MonthOf is the month that an instant falls in.
func (p Partnership) MonthOf(at time.Time) Month {
	local := at.In(p.Location())
	from := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, local.Location())
	return Month{from.Format(monthForm), from, from.AddDate(0, 1, 0)}
}

const monthForm = "2006-01"

// ParseMonth reads 2026-11, in the partnership's zone.
func (p Partnership) ParseMonth(name string) (Month, error) {
	at, err := time.ParseInLocation(monthForm, name, p.Location())
	if err != nil {
		return Month{}, fmt.Errorf("%q is not a month; write it as 2026-11", name)
	}
	return p.MonthOf(at), nil
}

// Spending is what a partnership's deliveries of one month cost.
type Spending struct {
	Partnership Partnership
	Month       Month
	Budget      *Budget // of the plan in force; nil: none
	ByChannel   map[channels.Name]Money
}

// Total is the sum over all channels.
func (s Spending) Total() (sum Money) {
	for _, m := range s.ByChannel {
		sum += m
	}
	return sum
}

// Tight says whether the partnership saves.
func (s Spending) Tight() bool { return s.Budget.Tight(s.Total()) }

// saves says whether this message goes by cheaper channels: the month's budget
// is nearly spent, and it is no alert, not urgent, and not tied to the channel
// of what it corrects. An alert is never moved for money, whatever its urgency.
func (o Occasion) saves() bool { return o.Tight && o.MaySave() }

// MaySave says whether the budget matters for this message at all.
func (o Occasion) MaySave() bool {
	return o.Plan.Budget != nil && o.Message.Kind != broker.Alert &&
		o.Message.Urgency != broker.Immediate && !o.Message.Corrects()
}

// cheaply lists the channels in the order in which a partnership that saves
// uses them: the rule's that cost nothing, others that cost nothing, and then
// the rule's that do, for nobody is left out for money.
func (o Occasion) cheaply() []channels.Name {
	rule := slices.Concat(o.Approval.Rule.Channels.All, o.Approval.Rule.Channels.First)
	var free, paid []channels.Name
	for _, name := range slices.Concat(rule, o.Available) {
		switch {
		case slices.Contains(free, name) || slices.Contains(paid, name):
		case !o.Paid[name]:
			free = append(free, name)
		case slices.Contains(rule, name):
			paid = append(paid, name)
		}
	}
	return append(free, paid...)
}
