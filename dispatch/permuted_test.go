package dispatch_test

import (
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

// TestReceiptsInAnyOrder is ten thousand runs of the provider reporting on one
// delivery, each word twice, in an order of that delivery's own. They share a
// ledger, so that reports come in batches of any size and with those of others:
// each delivery ends as the provider's last word has it, and each that failed
// goes on once. With -short it is a thousand runs. RELAIS_SEED repeats them.
func TestReceiptsInAnyOrder(t *testing.T) {
	rounds := 10
	if testing.Short() {
		rounds = 1
	}
	w := newWorld(t, seeds(t, 0)[0])
	w.partnership("home", townPlan)
	w.people("home", 0, 1000)
	w.provider.reports = true
	for range rounds {
		w.publish(broker.Message{Kind: broker.Hazard})
	}
	last := make(map[channels.DeliveryID]channels.State)
	var reports []channels.Report
	both := 0
	for id := range w.provider.taken {
		if e, err := w.store.Entry(t.Context(), id); err != nil {
			t.Fatal(err)
		} else if e.Purpose != channels.ForMember {
			continue
		}
		word := channels.Report{Delivery: id, Ref: id.String(), State: channels.Delivered, At: w.now}
		if w.rng.IntN(3) == 0 {
			word.State, word.Class = channels.Failed, channels.Rejected
		}
		last[id] = word.State
		if w.rng.IntN(10) == 0 {
			other := word
			other.State, other.Class = channels.Delivered, ""
			if word.State == channels.Delivered {
				other.State, other.Class = channels.Failed, channels.Rejected
			}
			reports, both = append(reports, other, other), both+1
			last[id] = channels.Delivered
		}
		sent := channels.Report{Delivery: id, Ref: id.String(), State: channels.Accepted, At: w.now}
		reports = append(reports, sent, word, sent, word)
	}
	if len(last) != rounds*1000 {
		t.Fatalf("%d deliveries, want %d", len(last), rounds*1000)
	}
	w.rng.Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
	for len(reports) > 0 {
		n := min(1+w.rng.IntN(500), len(reports))
		if err := w.after.Apply(t.Context(), reports[:n]); err != nil {
			t.Fatal(err)
		}
		reports = reports[n:]
	}
	w.settle()
	failed := 0
	for id, want := range last {
		e, err := w.store.Entry(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if e.State != want || e.FinalAt.IsZero() {
			t.Fatalf("%s, final at %s, want %s for good", e.State, e.FinalAt, want)
		}
		if want == channels.Failed {
			failed++
		}
	}
	w.pass(time.Minute, 20*time.Second)
	if more := len(w.perDelivery()) - len(last); more < failed || more > failed+both {
		t.Errorf("%d went on by email, want the %d that failed, and of the %d contradicted those whose failure came first", more, failed, both)
	}
	for id, copies := range w.perDelivery() {
		if copies != 1 {
			t.Errorf("%s was sent %d times", id, copies)
		}
	}
}

// perDelivery counts what was really sent of the police's messages.
func (w *world) perDelivery() map[channels.DeliveryID]int {
	got := make(map[channels.DeliveryID]int)
	for _, d := range w.provider.sent {
		if d.Content.Purpose == channels.ForMember {
			got[d.ID]++
		}
	}
	return got
}
