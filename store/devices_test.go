package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// devices is one person's message on each of n phones, with the SMS that
// follows when none of them gets it.
func devices(t testing.TB, s *store.Store, n int) (onPhones []subscribers.Entry, fallback subscribers.Entry) {
	t.Helper()
	who := subscribers.NewMemberID()
	a := granted(t, s, tilleuls)[0]
	for i := range n {
		e := entry(a, who, channels.NewAddress(fmt.Sprintf("phone %d", i)))
		e.Channel = channels.Push
		onPhones = append(onPhones, e)
	}
	got(s.Add(t.Context(), onPhones))(t)
	got(s.Claim(t.Context(), idsOf(onPhones), noon, time.Minute))(t)
	return onPhones, entry(a, who, channels.NewAddress("+32470000001"))
}

func failing(e, fallback subscribers.Entry) subscribers.Outcome {
	o := outcome(e.ID, channels.Failed)
	o.Reason, o.Then = channels.Reason(channels.Gone), []subscribers.Entry{fallback}
	return o
}

// Several devices are one person: the next channel is for whom none reached.
func TestFallbackIsForWhomNoDeviceReached(t *testing.T) {
	for _, test := range []struct {
		name   string
		others []channels.State // of the second device: before the first fails, and after
		early  bool             // the SMS goes when the first fails
		late   bool             // the SMS goes in the end
	}{
		{"the other accepted", []channels.State{channels.Accepted}, false, false},
		{"the other delivered", []channels.State{channels.Delivered}, false, false},
		{"the other under way", nil, false, false},
		{"the other tries again", []channels.State{channels.Pending}, false, false},
		{"of the other nobody knows", []channels.State{channels.Unknown}, false, false},
		{"the other failed before", []channels.State{channels.Failed}, true, true},
		{"the other fails later", []channels.State{"", channels.Failed}, false, true},
		{"the other accepted, then failed", []channels.State{channels.Accepted, channels.Failed}, false, true},
		{"the other expired", []channels.State{channels.Expired}, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *store.Store) {
				phones, sms := devices(t, s, 2)
				move := func(state channels.State) {
					o := outcome(phones[1].ID, state)
					switch state {
					case "":
						return
					case channels.Failed:
						o = failing(phones[1], sms)
					case channels.Accepted:
						o.Awaits, o.NextAt = true, noon.Add(time.Hour)
					}
					got(s.Record(t.Context(), []subscribers.Outcome{o}))(t)
				}
				if len(test.others) > 0 {
					move(test.others[0])
				}
				got(s.Record(t.Context(), []subscribers.Outcome{failing(phones[0], sms)}))(t)
				same(t, "SMS at once", follows(t, s, sms), test.early)
				if len(test.others) > 1 {
					move(test.others[1])
				}
				same(t, "SMS in the end", follows(t, s, sms), test.late)
			})
		})
	}
}

func follows(t testing.TB, s *store.Store, e subscribers.Entry) bool {
	t.Helper()
	found := got(s.Entries(t.Context(), []channels.DeliveryID{e.ID}))(t)
	return found[e.ID].State == channels.Pending
}

// Devices that fail at the same moment, on different nodes, still give one SMS,
// and never none.
func TestDevicesThatFailAtOnceGiveOneSMS(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		for range 20 {
			phones, sms := devices(t, s, 3)
			var failures sync.WaitGroup
			for _, e := range phones {
				failures.Go(func() {
					if _, err := s.Record(t.Context(), []subscribers.Outcome{failing(e, sms)}); err != nil {
						t.Error(err)
					}
				})
			}
			failures.Wait()
			if !follows(t, s, sms) {
				t.Fatal("every device failed, and no SMS follows")
			}
		}
	})
}

// Status counts people: two phones of one person are one.
func TestStatusCountsPeopleNotDevices(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		phones, sms := devices(t, s, 3)
		accepted := outcome(phones[1].ID, channels.Accepted)
		accepted.Ref = "m1"
		got(s.Record(t.Context(), []subscribers.Outcome{failing(phones[0], sms), accepted}))(t)
		st := got(s.Status(t.Context(), broker.MessageID{UUID: phones[0].About}))(t)
		same(t, "channels", st.Partnerships[0].Channels, []subscribers.ChannelStatus{{
			Channel: channels.Push, Counts: map[channels.State]int{channels.Accepted: 1},
			Open: 1, First: accepted.At, Last: accepted.At, // the third is still called
		}})
		got(s.Record(t.Context(), []subscribers.Outcome{failing(phones[2], sms)}))(t)
		st = got(s.Status(t.Context(), broker.MessageID{UUID: phones[0].About}))(t)
		same(t, "channels in the end", st.Partnerships[0].Channels, []subscribers.ChannelStatus{{
			Channel: channels.Push, Counts: map[channels.State]int{channels.Accepted: 1}, First: accepted.At, Last: accepted.At,
		}})
	})
}
