package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch/metrics"
	"relais/store"
	"relais/subscribers"
)

// granting is a partnership of so many whose police send hazards straight to the members.
func granting(t *testing.T, members int) *world {
	w := newWorld(t, 1)
	w.partnership("home", townPlan)
	w.people("home", 0, members)
	w.callAtOnce()
	return w
}

// An alert that the plan grants reaches the first members while the event that
// announces its plan is still on its way, and the others once it has come or, where
// it got lost, after a sweep.
func TestTheFirstMembersDoNotWaitForTheEvent(t *testing.T) {
	w := granting(t, 40)
	w.faults.lost = 100
	m := w.publish(broker.Message{Kind: broker.Hazard})
	if got := w.perPerson(channels.ForMember); len(got) != 10 {
		t.Errorf("%d people got it before its event came, want the first page of 10", len(got))
	}
	w.faults.lost = 0
	w.pass(time.Minute, 10*time.Second)
	w.allOnce(m, 40)
}

// allOnce fails unless so many people got a message once.
func (w *world) allOnce(m broker.Message, want int) {
	w.t.Helper()
	got := w.perPerson(channels.ForMember)
	if len(got) != want || !w.status(m).Done {
		w.t.Errorf("%d people got it, want %d; done: %t", len(got), want, w.status(m).Done)
	}
	for who, copies := range got {
		if copies != 1 {
			w.t.Errorf("member %s got it %d times", who, copies)
		}
	}
}

// The plan goes on after the page that led it: an operator's funnel counts each
// delivery and each call once.
func TestThePlanGoesOnAfterItsFirstPage(t *testing.T) {
	w := granting(t, 40)
	figures := metrics.New(metrics.Labels{}, func() time.Time { return w.now }, slog.New(slog.DiscardHandler))
	w.planner.Ledger = figures.Count(w.store)
	m := w.publish(broker.Message{Kind: broker.Hazard})
	w.allOnce(m, 40)
	page := httptest.NewRecorder()
	figures.Handler().ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	told, err := metrics.Read(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []string{metrics.Planned, metrics.Called} {
		if n, _ := told.Sum("relais_funnel_total", "stage", stage); n != 40 {
			t.Errorf("%s: the funnel counts %v, want 40", stage, n)
		}
	}
}

// The broker hands a message out again when the node dies before it says that it has
// it. Who has joined since is not written to: the plan is written.
func TestAMessageThatComesAgainLeadsNoPlan(t *testing.T) {
	w := granting(t, 5)
	m := w.publish(broker.Message{Kind: broker.Hazard})
	w.people("home", 5, 8)
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.handle(broker.Event{Subject: broker.MessageSubject(m.Zone), Data: data}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.allOnce(m, 5)
}

func TestAnEventThatNamesNoMemberIsADeadLetter(t *testing.T) {
	w := granting(t, 5)
	m := w.publish(broker.Message{Kind: broker.Hazard})
	id := subscribers.ApprovalIDFor(m.ID, m.Revision, "home")
	err := w.planner.Handle(t.Context(), broker.Event{Subject: broker.ApprovalSubject(id.String()), Data: []byte("somebody")})
	var drop *broker.DropError
	if !errors.As(err, &drop) {
		t.Errorf("got %v, want that it is given up", err)
	}
}

// Who did not get a message is told nothing of its correction, however quickly the
// plan grants it.
func TestACorrectionLeadsNoPlan(t *testing.T) {
	for _, kind := range []broker.MsgType{broker.TypeUpdate, broker.TypeCancel} {
		w := granting(t, 5)
		m := w.publish(broker.Message{Kind: broker.Hazard})
		w.people("home", 5, 8)
		correction := w.publish(answering(m, kind))
		w.pass(time.Minute, 10*time.Second)
		if told := len(w.reached(correction.ID)); told != 5 {
			t.Errorf("%s: %d people were told, want the 5 who got it", kind, told)
		}
	}
}

// failsOnce is a ledger that cannot begin a first page.
type failsOnce struct {
	*store.Store
	failed bool
}

func (l *failsOnce) Begin(ctx context.Context, e []subscribers.Entry, on []channels.Name, now time.Time, lease time.Duration) (begun, duplicates []channels.DeliveryID, err error) {
	if !l.failed {
		l.failed = true
		return nil, nil, errCrash
	}
	return l.Store.Begin(ctx, e, on, now, lease)
}

// A first page that could not be written is the plan's again.
func TestAFirstPageThatFailsIsPlanned(t *testing.T) {
	w := granting(t, 40)
	ledger := &failsOnce{Store: w.store}
	w.planner.Ledger = ledger
	m := w.publish(broker.Message{Kind: broker.Hazard})
	w.allOnce(m, 40)
	if !ledger.failed {
		t.Error("nothing failed, so this proves nothing")
	}
}
