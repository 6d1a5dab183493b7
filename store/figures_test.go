package store_test

import (
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/store"
	"relais/subscribers"
)

var _ dispatch.SendingCounter = (*store.Store)(nil)

// countAll counts as a node's tick does, and returns what is told of the zone.
func countAll(t *testing.T, s *store.Store, at time.Time) []subscribers.Sending {
	t.Helper()
	f := dispatch.Figures{Counter: s, Keep: subscribers.Retention{Members: 30 * day}, Now: func() time.Time { return at }}
	must(t, f.Tick(t.Context()))
	return got(s.Sendings(t.Context(), "demo", "", noon, noon.Add(time.Second)))(t)
}

// A message is counted a day after it was asked for, and again when those have
// left who leave because of it; after that its figures stay.
func TestSendingsAreCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a, _ := sentLongAgo(t, s)
		got(s.ImportMembers(t.Context(), tilleuls, []store.MemberRow{memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")), memberRow("Bert", subscribers.RoleMember, mobile("+32470000002"))}, consent))(t)
		same(t, "before a day is over", len(countAll(t, s, noon.Add(day))), 0)

		want := subscribers.Sending{
			Kind: broker.Alert, Urgency: broker.Immediate, Asked: noon, Outcome: subscribers.ApprovalApproved, Took: 0,
			People: 7, Reached: 5, By: map[channels.Name]int{channels.SMS: 5}, Half: time.Minute, Most: time.Minute,
		}
		same(t, "after a day", countAll(t, s, noon.Add(26*time.Hour)), []subscribers.Sending{want})

		for i, m := range members(t, s, tilleuls) {
			must(t, s.Stop(t.Context(), m.ID, tilleuls, noon.Add(time.Duration(5+3*i)*day))) // the second too late
		}
		same(t, "a week is not over", countAll(t, s, noon.Add(7*day)), []subscribers.Sending{want})
		want.Left = 1
		for _, at := range []time.Time{noon.Add(9 * day), noon.Add(91 * day)} {
			same(t, "after a week", countAll(t, s, at), []subscribers.Sending{want})
			retain(t, s, at)
		}
		same(t, "of the partnership", len(got(s.Sendings(t.Context(), "demo", a.Partnership, noon, noon.Add(time.Second)))(t)), 1)
		same(t, "of another", len(got(s.Sendings(t.Context(), "demo", linden, noon, noon.Add(time.Second)))(t)), 0)
		same(t, "of another time", len(got(s.Sendings(t.Context(), "demo", "", noon.Add(time.Second), noon.Add(day)))(t)), 0)
		retain(t, s, noon.Add(731*day))
		same(t, "when the journal ends", len(got(s.Sendings(t.Context(), "demo", "", noon, noon.Add(time.Second)))(t)), 0)
	})
}

// Who left is counted with the last message before it, and no longer once people
// may have been erased; rows that are gone leave their counts.
func TestOldSendingsTellWhatIsLeft(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		sentLongAgo(t, s)
		retain(t, s, noon.Add(91*day))
		want := subscribers.Sending{
			Kind: broker.Alert, Urgency: broker.Immediate, Asked: noon, Outcome: subscribers.ApprovalApproved,
			People: 7, Reached: 5, By: map[channels.Name]int{channels.SMS: 5}, Half: subscribers.Uncounted, Most: subscribers.Uncounted, Left: subscribers.Uncounted,
		}
		same(t, "counted late", countAll(t, s, noon.Add(92*day)), []subscribers.Sending{want})
	})
}

// Of two messages, who left after both is counted with the later one; whom both
// ways reached is counted by the way that came first, and who waited for the
// digest says nothing about the pace.
func TestSendingsCountPeopleOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")))
		first, second := granted(t, s, tilleuls)[0], granted(t, s, tilleuls)[0]
		anne := members(t, s, tilleuls)[0].ID
		late := people(1)[0]
		all := []subscribers.Entry{entry(first, anne, channels.NewAddress("+32470000001")), entry(first, anne, channels.NewAddress("+32470000002")), entry(first, late, channels.NewAddress("+32470000003"))}
		all[1].Channel = channels.Push
		all[2].NotBefore = noon.Add(8 * time.Hour)
		got(s.Add(t.Context(), all))(t)
		must(t, s.MarkPlanned(t.Context(), first.ID, noon))
		must(t, s.MarkPlanned(t.Context(), second.ID, noon.Add(day)))
		for i, e := range all {
			at := noon.Add([]time.Duration{10 * time.Second, 5 * time.Second, 8 * time.Hour}[i])
			got(s.Claim(t.Context(), idsOf(all[i:i+1]), at, time.Minute))(t)
			o := outcome(e.ID, channels.Accepted)
			o.At = at
			got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)
		}
		must(t, s.Stop(t.Context(), anne, tilleuls, noon.Add(2*day)))
		var one, other subscribers.Sending
		for _, f := range countAll(t, s, noon.Add(9*day)) {
			if f.People > 0 {
				one = f
			} else {
				other = f
			}
		}
		same(t, "people", one.People, 2)
		same(t, "by", one.By, map[channels.Name]int{channels.Push: 1, channels.SMS: 1})
		same(t, "nine in ten", one.Most, 5*time.Second)
		same(t, "left after the first", one.Left, 0)
		same(t, "left after the second", other.Left, 1)
	})
}

func TestDebts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		a := granted(t, s, tilleuls)[0]
		c := subscribers.Case{ID: subscribers.CaseIDFor(a.Message, tilleuls), Zone: "demo", Partnership: tilleuls, Matter: a.Message, Message: a.Message, Revision: 1, Owner: "Dubois", Opened: noon, Due: noon.Add(day)}
		must(t, s.OpenCase(t.Context(), c))
		want := []subscribers.Debt{{Due: c.Due}}
		same(t, "of the zone", got(s.Debts(t.Context(), "demo", "", noon, noon.Add(time.Second)))(t), want)
		same(t, "of the partnership", got(s.Debts(t.Context(), "demo", tilleuls, noon, noon.Add(time.Second)))(t), want)
		same(t, "of another zone", len(got(s.Debts(t.Context(), "5277", "", noon, noon.Add(time.Second)))(t)), 0)
		same(t, "of another time", len(got(s.Debts(t.Context(), "demo", "", noon.Add(-day), noon))(t)), 0)
	})
}
