package store_test

import (
	"testing"
	"time"

	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// taken moves a delivery to accepted at an instant; its report is awaited for
// five minutes.
func taken(id channels.DeliveryID, at time.Time) subscribers.Outcome {
	return subscribers.Outcome{ID: id, State: channels.Accepted, Ref: "SM1", Awaits: true, At: at, NextAt: at.Add(5 * time.Minute)}
}

func silent(id channels.DeliveryID, at time.Time, then subscribers.Entry) subscribers.Outcome {
	return subscribers.Outcome{ID: id, State: channels.Accepted, Silent: true, Awaits: true, At: at, NextAt: noon.Add(24 * time.Hour), Then: []subscribers.Entry{then}}
}

// patient is one person's message on n phones, which waits five minutes for the
// provider's report, with the SMS that follows then.
func patient(t testing.TB, s *store.Store, n int) (onPhones []subscribers.Entry, sms subscribers.Entry) {
	t.Helper()
	a := granted(t, s, tilleuls)[0]
	who := subscribers.NewMemberID()
	for i := range n {
		e := entry(a, who, channels.NewAddress("phone "+string(rune('a'+i))))
		e.Channel, e.Patience = channels.Push, 5*time.Minute
		onPhones = append(onPhones, e)
	}
	got(s.Add(t.Context(), onPhones))(t)
	got(s.Claim(t.Context(), idsOf(onPhones), noon, time.Minute))(t)
	return onPhones, entry(a, who, channels.NewAddress("+32470000001"))
}

// What follows silence is written although the state stays, once, and neither
// after the report nor a second time when the report is bad.
func TestSilenceGoesOnOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		phones, sms := patient(t, s, 1)
		id := phones[0].ID
		got(s.Record(t.Context(), []subscribers.Outcome{taken(id, noon)}))(t)
		again := taken(id, noon)
		again.Then = []subscribers.Entry{sms}
		got(s.Record(t.Context(), []subscribers.Outcome{again}))(t)
		same(t, "SMS after a repeated word", follows(t, s, sms), false)

		got(s.Record(t.Context(), []subscribers.Outcome{silent(id, noon.Add(5*time.Minute), sms)}))(t)
		same(t, "SMS after silence", follows(t, s, sms), true)
		e := got(s.Entry(t.Context(), id))(t)
		same(t, "channels left", e.Rest, nil)
		same(t, "state", e.State, channels.Accepted)
		same(t, "still waits for the report until", e.NextAt, noon.Add(24*time.Hour))
	})
}

func TestReportInTimeNeedsNoFallback(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		phones, sms := patient(t, s, 1)
		id := phones[0].ID
		got(s.Record(t.Context(), []subscribers.Outcome{taken(id, noon), outcome(id, channels.Delivered)}))(t)
		late := got(s.Record(t.Context(), []subscribers.Outcome{silent(id, noon.Add(5*time.Minute), sms)}))(t)
		same(t, "late", late, []channels.DeliveryID{id})
		same(t, "SMS", follows(t, s, sms), false)
	})
}

// Several phones are one person for silence as well: each is heard out.
func TestSilenceIsPerPerson(t *testing.T) {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	for _, test := range []struct {
		name  string
		other func(id channels.DeliveryID, sms subscribers.Entry) []subscribers.Outcome // of the second phone, before the first is silent at minute 5
		now   bool
		later func(id channels.DeliveryID, sms subscribers.Entry) []subscribers.Outcome // at minute 8
		end   bool
	}{
		{"the other arrived", func(id channels.DeliveryID, _ subscribers.Entry) []subscribers.Outcome {
			return []subscribers.Outcome{taken(id, at(0)), outcome(id, channels.Delivered)}
		}, false, nil, false},
		{"the other is called", nil, false, nil, false},
		{"the other has time left, and is silent then", func(id channels.DeliveryID, _ subscribers.Entry) []subscribers.Outcome {
			return []subscribers.Outcome{taken(id, at(3))}
		}, false, func(id channels.DeliveryID, sms subscribers.Entry) []subscribers.Outcome {
			return []subscribers.Outcome{silent(id, at(8), sms)}
		}, true},
		{"the other has time left, and arrives", func(id channels.DeliveryID, _ subscribers.Entry) []subscribers.Outcome {
			return []subscribers.Outcome{taken(id, at(3))}
		}, false, func(id channels.DeliveryID, _ subscribers.Entry) []subscribers.Outcome {
			return []subscribers.Outcome{outcome(id, channels.Delivered)}
		}, false},
		{"the other fails when the first is silent", func(id channels.DeliveryID, _ subscribers.Entry) []subscribers.Outcome {
			return []subscribers.Outcome{taken(id, at(3))}
		}, false, func(id channels.DeliveryID, sms subscribers.Entry) []subscribers.Outcome {
			failed := failing(subscribers.Entry{ID: id}, sms)
			failed.At = at(8)
			return []subscribers.Outcome{failed}
		}, true},
		{"the other is silent as well", func(id channels.DeliveryID, _ subscribers.Entry) []subscribers.Outcome {
			return []subscribers.Outcome{taken(id, at(0))}
		}, true, nil, true},
		{"the other failed", func(id channels.DeliveryID, sms subscribers.Entry) []subscribers.Outcome {
			return []subscribers.Outcome{failing(subscribers.Entry{ID: id}, sms)}
		}, true, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s *store.Store) {
				phones, sms := patient(t, s, 2)
				got(s.Record(t.Context(), []subscribers.Outcome{taken(phones[0].ID, at(0))}))(t)
				if test.other != nil {
					got(s.Record(t.Context(), test.other(phones[1].ID, sms)))(t)
				}
				got(s.Record(t.Context(), []subscribers.Outcome{silent(phones[0].ID, at(5), sms)}))(t)
				same(t, "SMS at once", follows(t, s, sms), test.now)
				if test.later != nil {
					got(s.Record(t.Context(), test.later(phones[1].ID, sms)))(t)
				}
				same(t, "SMS in the end", follows(t, s, sms), test.end)
				for _, e := range got(s.Entries(t.Context(), idsOf(phones)))(t) {
					if test.end && e.State == channels.Accepted && len(e.Rest) > 0 {
						t.Error("a phone has channels left after the person has gone on")
					}
				}
			})
		})
	}
}
