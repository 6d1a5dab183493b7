package store_test

import (
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// A message is settled once it is planned and no row of it waits for anything.
func TestAMessageIsSettledWhenNothingOfItWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		same(t, "before it is routed", got(s.Settled(t.Context(), broker.NewMessageID()))(t), false)
		a := granted(t, s, tilleuls)[0]
		same(t, "before it is planned", got(s.Settled(t.Context(), a.Message))(t), false)

		all := entries(a, people(2))
		got(s.Add(t.Context(), all))(t)
		if err := s.MarkPlanned(t.Context(), a.ID, noon); err != nil {
			t.Fatal(err)
		}
		same(t, "before the calls", got(s.Settled(t.Context(), a.Message))(t), false)

		got(s.Claim(t.Context(), idsOf(all), noon, 0))(t)
		got(s.Record(t.Context(), []subscribers.Outcome{
			{ID: all[0].ID, State: channels.Accepted, Ref: "SM1", At: noon},
			taken(all[1].ID, noon),
		}))(t)
		same(t, "while a report is awaited", got(s.Settled(t.Context(), a.Message))(t), false)

		got(s.Record(t.Context(), []subscribers.Outcome{{ID: all[1].ID, State: channels.Delivered, Ref: "SM1", At: noon}}))(t)
		same(t, "after the last report", got(s.Settled(t.Context(), a.Message))(t), true)
	})
}
