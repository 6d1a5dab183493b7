package dispatch_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/store"
	"relais/subscribers"
)

// alarms keeps what was raised.
type alarms struct{ raised []subscribers.Incident }

func (a *alarms) Raise(_ context.Context, i subscribers.Incident) error {
	a.raised = append(a.raised, i)
	return nil
}

// outgoing keeps what was published.
type outgoing struct{ events []broker.Event }

func (o *outgoing) Publish(_ context.Context, e broker.Event) error {
	o.events = append(o.events, e)
	return nil
}

type yard struct {
	*dispatch.Graveyard
	s   *store.Store
	now time.Time
	alarms
	outgoing
}

func newYard(t *testing.T) *yard {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "relais.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	y := &yard{s: s, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	y.Graveyard = &dispatch.Graveyard{Ledger: s, Publisher: &y.outgoing, Incidents: &y.alarms, Now: func() time.Time { return y.now }}
	return y
}

func (y *yard) bury(t *testing.T, subject broker.Subject, event string) uuid.UUID {
	t.Helper()
	return y.buryData(t, subject, event, `{}`)
}

func (y *yard) buryData(t *testing.T, subject broker.Subject, event, data string) uuid.UUID {
	t.Helper()
	d := broker.DeadLetter{ID: uuid.Must(uuid.NewV7()), Subject: subject, EventID: event, Data: []byte(data), Reason: "why", Attempts: 1, At: y.now}
	if err := y.s.Bury(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return d.ID
}

func (y *yard) find(t *testing.T, f broker.DeadFilter) (ids []uuid.UUID) {
	t.Helper()
	found, err := y.Find(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		ids = append(ids, d.ID)
	}
	return ids
}

// Of every stage, what is about a message is found by it.
func TestDeadLettersOfAMessage(t *testing.T) {
	y := newYard(t)
	m := broker.Message{ID: broker.NewMessageID(), Revision: 1, Zone: "demo", Kind: broker.Alert}
	a := subscribers.Approval{ID: subscribers.ApprovalIDFor(m.ID, 1, "p"), Message: m.ID, Revision: 1, Partnership: "p", State: subscribers.ApprovalApproved, Version: 1}
	e := subscribers.Entry{ID: channels.DeliveryID{UUID: uuid.New()}, Purpose: channels.ForMember, About: m.ID.UUID, Revision: 1, Approval: a.ID, Partnership: "p",
		Member: subscribers.NewMemberID(), Channel: channels.SMS, State: channels.Pending, CreatedAt: y.now, NotAfter: y.now.Add(time.Hour)}
	if err := y.s.Open(t.Context(), m, y.now, []subscribers.Approval{a}, nil, []subscribers.Entry{e}); err != nil {
		t.Fatal(err)
	}
	want := []uuid.UUID{
		y.buryData(t, broker.MessageSubject("demo"), "", `{"id":"`+m.ID.String()+`"}`),
		y.bury(t, broker.ApprovalSubject(a.ID.String()), ""),
		y.buryData(t, broker.WorkSubject("sms", broker.Urgent), "", `{"ids":["`+uuid.NewString()+`","`+e.ID.String()+`"]}`),
	}
	y.bury(t, broker.MessageSubject("demo"), broker.NewMessageID().String()+".1")
	y.buryData(t, broker.MessageSubject("demo"), "anything", "no JSON")
	y.bury(t, broker.ApprovalSubject("none"), "")
	y.bury(t, broker.ApprovalSubject(uuid.NewString()), "")
	y.bury(t, broker.WorkSubject("sms", broker.Urgent), "")
	if got := y.find(t, broker.DeadFilter{Message: m.ID}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := y.find(t, broker.DeadFilter{Message: m.ID, Stage: broker.StagePlan}); !slices.Equal(got, want[1:2]) {
		t.Errorf("of one stage: got %v, want %v", got, want[1:2])
	}
}

// What was given up is told at once, and once a day as long as it lies there;
// what was replayed is not.
func TestDeadLettersNeverGrowInSilence(t *testing.T) {
	y := newYard(t)
	tick := func(after time.Duration, want int) {
		t.Helper()
		y.now = y.now.Add(after)
		y.raised = nil
		if err := y.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(y.raised) != want {
			t.Fatalf("%d incidents were raised, want %d", len(y.raised), want)
		}
	}
	tick(0, 0) // nothing was given up
	y.bury(t, broker.WorkSubject("sms", broker.Urgent), "1")
	id := y.bury(t, broker.WorkSubject("email", broker.Bulk), "2")
	y.bury(t, broker.MessageSubject("demo"), "3")
	tick(time.Minute, 2) // one for each stage
	tick(time.Second, 0) // it is not the turn again
	for _, i := range y.raised {
		if i.Kind != subscribers.IncidentDead || i.Texts[broker.Dutch].Body == "" {
			t.Errorf("raised %v", i)
		}
	}
	tick(time.Hour, 1)    // they lie there
	tick(time.Hour, 0)    // told today
	tick(23*time.Hour, 1) // and the next day
	for _, d := range y.find(t, broker.DeadFilter{Waiting: true}) {
		if err := y.Replay(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	tick(48*time.Hour, 0)
	if len(y.events) != 3 || y.events[0].ID != "" {
		t.Errorf("published %v", y.events)
	}
	if got := y.find(t, broker.DeadFilter{Channel: "email"}); !slices.Equal(got, []uuid.UUID{id}) {
		t.Errorf("the replayed one is not listed any more: %v", got)
	}
}
