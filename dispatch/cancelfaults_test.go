package dispatch_test

import (
	"strconv"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// TestCancelUnderFaults withdraws an alert while it is going out, in the world
// of TestExactlyOnceUnderFaults. RELAIS_SEED repeats a run.
func TestCancelUnderFaults(t *testing.T) {
	for _, seed := range seeds(t, 12) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			w := town(t, seed)
			w.faults = faults{lost: 20, twice: 20, crashBefore: 5, crashAfter: 5, retryable: 15, cutTaken: 5, cutLost: 5}
			w.perhapsAtOnce(seed)
			alert := w.publish(broker.Message{Kind: broker.Alert})
			w.approve(alert, "home")
			w.pass(time.Duration(seed%4)*20*time.Second, 10*time.Second)
			w.decide(alert, "shop") // its plan is still queued
			cancel := w.interrupt(answering(alert, broker.TypeCancel))
			at := w.now
			w.publish(cancel) // the same publication again
			for range 3 {
				w.approveAll(cancel)
				w.pass(10*time.Minute, 10*time.Second)
			}
			w.cancelHeld(alert, cancel, at)
		})
	}
}

func (w *world) cancelHeld(alert, cancel broker.Message, at time.Time) {
	w.t.Helper()
	if !w.status(alert).Done || !w.status(cancel).Done {
		w.t.Errorf("not done: %+v and %+v", w.status(alert).Partnerships, w.status(cancel).Partnerships)
	}
	corrected := w.reached(cancel.ID)
	for who, d := range w.reached(alert.ID) {
		if w.provider.at[d.ID].After(at) {
			w.t.Errorf("%s got the alert after it was cancelled", who)
		}
		if _, ok := corrected[who]; !ok {
			w.t.Errorf("%s got the alert and not the withdrawal", who)
		}
		delete(corrected, who)
	}
	for who := range corrected { // only those of whom nobody knew for two minutes
		if !w.wasCalled(alert, who) {
			w.t.Errorf("%s got the withdrawal and never the alert", who)
		}
	}
	for who, copies := range w.perPerson(channels.ForMember) {
		if copies > 2 {
			w.t.Errorf("%s got %d, want the alert and the withdrawal at most", who, copies)
		}
	}
}

// wasCalled says whether a provider was called with a message for somebody.
func (w *world) wasCalled(m broker.Message, who subscribers.MemberID) bool {
	w.t.Helper()
	contacts, err := w.store.Contacts(w.t.Context(), []subscribers.MemberID{who})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range contacts[who] {
		for _, p := range []broker.PartnershipID{"home", "shop"} {
			e, err := w.store.Entry(w.t.Context(), subscribers.EntryKey(m.ID.UUID, m.Revision, p, who, c.Channel, c.Address.Hash(c.Channel)))
			if err == nil && e.Attempt > 0 {
				return true
			}
		}
	}
	return false
}
