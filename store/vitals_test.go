package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// Each thing that waits is counted with its age; what is done is not.
func TestVitals(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		vitals := func() subscribers.Vitals { return got(s.Vitals(t.Context(), noon.Add(time.Hour)))(t) }
		same(t, "nothing", vitals(), subscribers.Vitals{})

		m := message(broker.NewMessageID(), 1)
		waits := approval(m, linden)
		must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{waits}, nil, nil))
		a := granted(t, s, tilleuls)[0]
		all := entries(a, people(3))
		got(s.Add(t.Context(), all))(t)
		got(s.Claim(t.Context(), idsOf(all[:2]), noon.Add(time.Minute), time.Minute))(t)
		got(s.Record(t.Context(), []subscribers.Outcome{outcome(all[0].ID, channels.Delivered)}))(t)
		for _, subject := range []broker.Subject{"relais.work.sms.urgent", "relais.work.sms.normal", "relais.approval.x"} {
			must(t, s.Bury(t.Context(), broker.DeadLetter{ID: uuid.New(), Subject: subject, EventID: "1", Reason: "why", At: noon}))
		}
		got(s.RaiseIncident(t.Context(), subscribers.Incident{ID: subscribers.IncidentID{UUID: uuid.New()}, Kind: subscribers.IncidentLoop, Matter: "x", First: noon, Last: noon, Count: 1}, time.Hour, nil, nil))(t)
		must(t, s.AddSlots(t.Context(), []subscribers.Slot{
			{Partnership: tilleuls, Date: subscribers.Date{Year: 2026, Month: 11, Day: 23}, DueAt: noon, LeavesAt: noon},
			{Partnership: tilleuls, Date: subscribers.Date{Year: 2026, Month: 11, Day: 24}, DueAt: noon.Add(24 * time.Hour), LeavesAt: noon.Add(24 * time.Hour)},
		}))
		at := noon.UTC()
		same(t, "vitals", vitals(), subscribers.Vitals{
			Deliveries: map[channels.State]subscribers.Queued{
				channels.Pending: {Count: 1, Oldest: at, Due: at.Add(30 * time.Second)},
				channels.Calling: {Count: 1, Oldest: at, Due: at.Add(2 * time.Minute)},
			},
			Approvals:   map[subscribers.ApprovalState]subscribers.Queued{subscribers.ApprovalPending: {Count: 1, Oldest: at, Due: waits.Deadline}},
			Unplanned:   subscribers.Queued{Count: 1, Oldest: at, Due: at},
			DeadLetters: map[broker.Stage]subscribers.Queued{broker.StageSend: {Count: 2, Oldest: at, Due: at}, broker.StagePlan: {Count: 1, Oldest: at, Due: at}},
			Incidents:   map[subscribers.IncidentKind]int{subscribers.IncidentLoop: 1},
			Slots:       subscribers.Queued{Count: 1, Oldest: at, Due: at},
		})
	})
}
