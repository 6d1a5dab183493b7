package dispatch_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/subscribers"
)

// slowLedger keeps entries in a map and waits in each Record for the test.
type slowLedger struct {
	dispatch.Deliveries
	entries map[channels.DeliveryID]subscribers.Entry
	goOn    chan struct{} // closed: Record does not wait
	fail    error

	mu       sync.Mutex
	recorded [][]subscribers.Outcome
	parked   []channels.Report
}

func newSlowLedger(n int) *slowLedger {
	l := &slowLedger{entries: make(map[channels.DeliveryID]subscribers.Entry), goOn: make(chan struct{})}
	for range n {
		id := channels.DeliveryID{UUID: uuid.Must(uuid.NewV7())}
		l.entries[id] = subscribers.Entry{ID: id, State: channels.Calling}
	}
	return l
}

func (l *slowLedger) Entries(_ context.Context, ids []channels.DeliveryID) (map[channels.DeliveryID]subscribers.Entry, error) {
	found := make(map[channels.DeliveryID]subscribers.Entry)
	for _, id := range ids {
		if e, ok := l.entries[id]; ok {
			found[id] = e
		}
	}
	return found, nil
}

func (l *slowLedger) Record(ctx context.Context, outcomes []subscribers.Outcome) ([]channels.DeliveryID, error) {
	select {
	case <-l.goOn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var known []subscribers.Outcome
	var late []channels.DeliveryID
	for _, o := range outcomes {
		if _, ok := l.entries[o.ID]; ok {
			known = append(known, o)
		} else {
			late = append(late, o.ID)
		}
	}
	if len(known) > 0 {
		l.recorded = append(l.recorded, known)
	}
	return late, l.fail
}

func (l *slowLedger) Park(_ context.Context, r channels.Report) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.parked = append(l.parked, r)
	return nil
}

func (l *slowLedger) reports() *dispatch.Reports {
	return dispatch.NewReports(dispatch.Aftermath{Ledger: l, Log: slog.New(slog.DiscardHandler)}, func() time.Time { return monday() })
}

// applyAll reports on every entry at once and returns how often each error came.
func (l *slowLedger) applyAll(r *dispatch.Reports) map[error]int {
	var mu sync.Mutex
	answers := make(map[error]int)
	var applying sync.WaitGroup
	for id := range l.entries {
		applying.Go(func() {
			err := r.Apply(context.Background(), channels.Report{Delivery: id, State: channels.Delivered, At: time.Now()})
			for inner := err; inner != nil; inner = errors.Unwrap(inner) {
				err = inner
			}
			mu.Lock()
			defer mu.Unlock()
			answers[err]++
		})
	}
	synctest.Wait()
	close(l.goOn)
	applying.Wait()
	time.Sleep(time.Second) // on the bubble's clock: the worker looks again, and ends
	return answers
}

func TestReportsAtOnceShareATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newSlowLedger(100)
		if answers := l.applyAll(l.reports()); answers[nil] != 100 {
			t.Errorf("answers %v, want a hundred without an error", answers)
		}
		all := 0
		for _, together := range l.recorded {
			all += len(together)
		}
		if all != 100 || len(l.recorded) > 2 {
			t.Errorf("%d outcomes in %d transactions, want 100: those that came before the first one began, and the others", all, len(l.recorded))
		}
	})
}

func TestReportsAllLearnOfAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newSlowLedger(10)
		l.fail = errors.New("disk full")
		if answers := l.applyAll(l.reports()); answers[l.fail] != 10 {
			t.Errorf("answers %v, want ten times that the disk is full", answers)
		}
	})
}

func TestReportOutlivesItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newSlowLedger(1)
		r := l.reports()
		ctx, hangUp := context.WithCancel(t.Context())
		answered := make(chan error, 1)
		for id := range l.entries {
			go func() { answered <- r.Apply(ctx, channels.Report{Delivery: id, State: channels.Delivered}) }()
		}
		synctest.Wait()
		hangUp()
		if err := <-answered; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want that the caller hung up", err)
		}
		close(l.goOn)
		synctest.Wait()
		if len(l.recorded) != 1 {
			t.Errorf("%d transactions, want one: whoever else was in the batch relies on it", len(l.recorded))
		}
	})
}

func TestReportThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newSlowLedger(1)
		for id := range l.entries {
			err := l.reports().Apply(t.Context(), channels.Report{Delivery: id, State: channels.Delivered})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want that it took too long", err)
			}
		}
	})
}

// states lists what was recorded of each delivery.
func (l *slowLedger) states() map[channels.DeliveryID][]channels.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	states := make(map[channels.DeliveryID][]channels.State)
	for _, together := range l.recorded {
		for _, o := range together {
			states[o.ID] = append(states[o.ID], o.State)
		}
	}
	return states
}

// A provider that says "queued", "sent" and "delivered" one after the other is
// answered twice without a look at the disk, and only the last is written.
func TestNobodyWaitsForWhatTheCallHasSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newSlowLedger(2)
		r := l.reports()
		ids := slices.Collect(maps.Keys(l.entries))
		for _, id := range ids {
			for range 2 {
				if err := r.Apply(t.Context(), channels.Report{Delivery: id, State: channels.Accepted, At: time.Now()}); err != nil {
					t.Fatal(err)
				}
			}
		}
		close(l.goOn)
		if err := r.Apply(t.Context(), channels.Report{Delivery: ids[0], State: channels.Delivered, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // on the bubble's clock: long enough for the outcome
		want := map[channels.DeliveryID][]channels.State{ids[0]: {channels.Delivered}, ids[1]: {channels.Accepted}}
		if diff := cmp.Diff(want, l.states()); diff != "" {
			t.Error("recorded (-want +got):\n" + diff)
		}
	})
}

func TestANodeThatStopsRecordsWhatItKeeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newSlowLedger(3)
		close(l.goOn)
		r := l.reports()
		for id := range l.entries {
			if err := r.Apply(t.Context(), channels.Report{Delivery: id, State: channels.Accepted, At: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		r.Flush(t.Context())
		if n := len(l.states()); n != 3 {
			t.Errorf("%d of 3 are recorded", n)
		}
	})
}

// What is the last word is waited for, as of a provider that reports no more.
func TestTheLastWordIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newSlowLedger(1)
		close(l.goOn)
		r := l.reports()
		for id := range l.entries {
			if err := r.Apply(t.Context(), channels.Report{Delivery: id, State: channels.Accepted, Last: true, At: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(l.states()); n != 1 {
			t.Errorf("%d recorded when the report was answered, want 1", n)
		}
		time.Sleep(time.Second)
	})
}

func TestApplyWritesOnlyWhatIsNew(t *testing.T) {
	id := channels.DeliveryID{UUID: uuid.Must(uuid.NewV7())}
	now := monday()
	awaiting := subscribers.Entry{ID: id, State: channels.Accepted, Awaits: true, Ref: "SM1", NextAt: now.Add(subscribers.ReceiptPatience)}
	calling, silent := awaiting, awaiting
	calling.State, silent.Awaits = channels.Calling, false
	for _, tc := range []struct {
		name     string
		entry    subscribers.Entry
		report   channels.Report
		recorded int
		parked   int
	}{
		{"sent, which was accepted", awaiting, channels.Report{State: channels.Accepted, Ref: "SM1", At: now.Add(time.Second)}, 0, 0},
		{"sent without a reference", awaiting, channels.Report{State: channels.Accepted, At: now}, 0, 0},
		{"sent, ten hours later", awaiting, channels.Report{State: channels.Accepted, Ref: "SM1", At: now.Add(10 * time.Hour)}, 1, 0},
		{"sent under another reference", awaiting, channels.Report{State: channels.Accepted, Ref: "SM2", At: now}, 1, 0},
		{"sent, overtaking the answer", calling, channels.Report{State: channels.Accepted, Ref: "SM1", At: now}, 1, 0},
		{"sent, though nothing was awaited", silent, channels.Report{State: channels.Accepted, Ref: "SM1", At: now}, 1, 0},
		{"delivered", awaiting, channels.Report{State: channels.Delivered, Ref: "SM1", At: now}, 1, 0},
		{"failed", awaiting, channels.Report{State: channels.Failed, Class: channels.Gone, Ref: "SM1", At: now}, 1, 0},
		{"of nobody's", subscribers.Entry{}, channels.Report{State: channels.Delivered, At: now}, 0, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newSlowLedger(0)
			close(l.goOn)
			if tc.entry.ID == id {
				l.entries[id] = tc.entry
			}
			tc.report.Delivery = id
			after := dispatch.Aftermath{Ledger: l, Log: slog.New(slog.DiscardHandler)}
			if err := after.Apply(t.Context(), []channels.Report{tc.report}); err != nil {
				t.Fatal(err)
			}
			if len(l.recorded) != tc.recorded || len(l.parked) != tc.parked {
				t.Errorf("%d recorded and %d parked, want %d and %d", len(l.recorded), len(l.parked), tc.recorded, tc.parked)
			}
		})
	}
}

// TestReportsOfOneDeliveryTogether takes all that Twilio says of a message in
// one transaction, out of order, on the real ledger.
func TestReportsOfOneDeliveryTogether(t *testing.T) {
	w := town(t, 1)
	w.publish(broker.Message{Kind: broker.Hazard})
	var reports []channels.Report
	for id := range w.provider.taken {
		for _, state := range []channels.State{channels.Accepted, channels.Delivered, channels.Accepted, channels.Delivered} {
			reports = append(reports, channels.Report{Delivery: id, Ref: id.String(), State: state, At: w.now})
		}
	}
	if err := w.after.Apply(t.Context(), reports); err != nil {
		t.Fatal(err)
	}
	for id := range w.provider.taken {
		e, err := w.store.Entry(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if e.State != channels.Delivered || !e.NextAt.IsZero() {
			t.Errorf("%s, next look %s; want delivered for good", e.State, e.NextAt)
		}
	}
}

// What a channel says of the time is its machine's clock. A report that comes early
// waits by the clock that all nodes share.
func TestAReportComesByTheSharedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newSlowLedger(0)
		close(l.goOn)
		early := channels.Report{Delivery: channels.DeliveryID{UUID: uuid.Must(uuid.NewV7())}, State: channels.Delivered, At: monday().Add(7 * time.Minute)}
		if err := l.reports().Apply(t.Context(), early); err != nil {
			t.Fatal(err)
		}
		if len(l.parked) != 1 || !l.parked[0].At.Equal(monday()) {
			t.Errorf("parked %v, want one at %s", l.parked, monday())
		}
		time.Sleep(time.Second)
	})
}
