package store_test

import (
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// What a delivery costs is booked once, whatever is repeated, comes late or
// turns out to have been a call that nobody took.
func TestSpentIsCountedOnce(t *testing.T) {
	at := noon.Add(time.Minute)
	taken := subscribers.Outcome{State: channels.Accepted, Ref: "SM1", Awaits: true, At: at, NextAt: at.Add(time.Hour), Cost: 110_000}
	delivered := subscribers.Outcome{State: channels.Delivered, At: at}
	failed := subscribers.Outcome{State: channels.Failed, Reason: channels.Reason(channels.Rejected), At: at}
	missed := subscribers.Outcome{State: channels.Pending, Missed: true, At: at, Wait: at, NextAt: at}
	for name, test := range map[string]struct {
		with []subscribers.Outcome
		want subscribers.Money
	}{
		"taken":                       {[]subscribers.Outcome{taken}, 110_000},
		"taken, repeated":             {[]subscribers.Outcome{taken, taken}, 110_000},
		"taken, then delivered":       {[]subscribers.Outcome{taken, delivered}, 110_000},
		"the receipt came first":      {[]subscribers.Outcome{delivered, taken, taken}, 110_000},
		"failed later":                {[]subscribers.Outcome{taken, failed}, 110_000},
		"never taken":                 {[]subscribers.Outcome{failed}, 0},
		"a call that nobody answered": {[]subscribers.Outcome{taken, missed}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *store.Store) {
				e := claimedEntry(t, s)
				for _, o := range test.with {
					o.ID = e.ID
					got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)
				}
				month := subscribers.Partnership{}.MonthOf(at)
				spent := got(s.Spent(t.Context(), e.Partnership, month))(t)
				same(t, "spent", spent[e.Channel], test.want)
				same(t, "elsewhere", len(got(s.Spent(t.Context(), "another", month))(t)), 0)
				same(t, "next month", len(got(s.Spent(t.Context(), e.Partnership, subscribers.Partnership{}.MonthOf(month.To)))(t)), 0)
			})
		})
	}
}

func TestOneBudgetWarningAMonth(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		november := subscribers.Partnership{}.MonthOf(noon)
		december := subscribers.Partnership{}.MonthOf(november.To)
		spending := subscribers.Spending{Partnership: subscribers.Partnership{ID: "p"}, Month: november, Budget: &subscribers.Budget{Month: 1}}
		for i, month := range []subscribers.Month{november, november, december} {
			spending.Month = month
			first := got(s.AddBudgetWarning(t.Context(), "p", month, spending.Warning(), nil, noon))(t)
			same(t, "first", first, i != 1)
		}
		if _, err := s.ServiceMessage(t.Context(), spending.Warning().ID); err != nil {
			t.Errorf("the warning: %v", err)
		}
	})
}
