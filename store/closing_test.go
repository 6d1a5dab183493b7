package store_test

import (
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// bounced is one email that came back, at a time.
type bounced struct {
	days  int // after noon
	again bool
	spam  bool
}

func TestBouncesAreCounted(t *testing.T) {
	for _, test := range []struct {
		name string
		came []bounced
		want subscribers.ContactState
	}{
		{"one", []bounced{{}}, subscribers.ContactActive},
		{"two", []bounced{{}, {days: 1}}, subscribers.ContactClosed},
		{"one, told twice", []bounced{{}, {days: 1, again: true}}, subscribers.ContactActive},
		{"two, far apart", []bounced{{}, {days: 91}}, subscribers.ContactActive},
		{"three, the last two near", []bounced{{}, {days: 91}, {days: 100}}, subscribers.ContactClosed},
		{"a complaint", []bounced{{spam: true}}, subscribers.ContactStopped},
	} {
		t.Run(test.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *store.Store) {
				addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001"), mail("anne@example.be")))
				var id channels.DeliveryID
				for _, b := range test.came {
					if !b.again {
						id = mailTo(t, s, "anne@example.be")
					}
					o := outcome(id, channels.Failed)
					o.At, o.Closes, o.After, o.Stopped = noon.AddDate(0, 0, b.days), true, 2, b.spam
					got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)
				}
				for _, c := range members(t, s, tilleuls)[0].Contacts {
					want := subscribers.ContactActive
					if c.Channel == channels.Email {
						want = test.want
					}
					same(t, string(c.Channel), c.State, want)
				}
				untold := got(s.UntoldClosures(t.Context(), 10))(t)
				if (len(untold) == 1) != (test.want == subscribers.ContactClosed) {
					t.Errorf("%d members are to be told", len(untold))
				}
			})
		})
	}
}

// mailTo is an email of a new message that the mail server has taken.
func mailTo(t *testing.T, s *store.Store, address string) channels.DeliveryID {
	t.Helper()
	to := channels.NewAddress(address)
	a := granted(t, s, tilleuls)[0]
	e := entry(a, members(t, s, tilleuls)[0].ID, to)
	e.Channel, e.Hash = channels.Email, to.Hash(channels.Email)
	e.ID = subscribers.EntryKey(a.Message.UUID, a.Revision, a.Partnership, e.Member, e.Channel, e.Hash)
	got(s.Add(t.Context(), []subscribers.Entry{e}))(t)
	got(s.Claim(t.Context(), []channels.DeliveryID{e.ID}, noon, time.Minute))(t)
	got(s.Record(t.Context(), []subscribers.Outcome{outcome(e.ID, channels.Accepted)}))(t)
	return e.ID
}

func TestUntoldUntilTold(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001"), mail("anne@example.be")))
		addPartnership(t, s, linden, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001"), mail("anne@example.be")))
		o := outcome(mailTo(t, s, "anne@example.be"), channels.Failed)
		o.At, o.Closes = noon, true
		got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)
		who := members(t, s, tilleuls)[0]
		want := []subscribers.Closure{{
			Member: who.ID, Lang: who.Lang, Channel: channels.Email, Hash: channels.NewAddress("anne@example.be").Hash(channels.Email),
			At: noon, Partnership: linden, // the first by id
		}}
		same(t, "untold", got(s.UntoldClosures(t.Context(), 10))(t), want)
		must(t, s.ClosureTold(t.Context(), want[0]))
		same(t, "untold once told", got(s.UntoldClosures(t.Context(), 10))(t), nil)
	})
}
