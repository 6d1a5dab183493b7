package dispatch_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/broker/jetstream"
	"relais/channels"
	"relais/dispatch"
)

// doorway is a provider with few places: each call stands in one until the
// test lets it out.
type doorway struct {
	came chan *channels.Content // each call, as it begins
	out  chan struct{}          // one for each call that may end
	wide chan struct{}          // closed: everybody passes
}

func (d doorway) Send(_ context.Context, delivery channels.Delivery) (channels.Receipt, error) {
	select {
	case d.came <- delivery.Content:
	case <-d.wide:
	}
	select {
	case <-d.out:
	case <-d.wide:
	}
	return channels.Receipt{Ref: delivery.ID.String()}, nil
}

// A digest waits in the queue and its provider is busy with it. An alert that
// comes last goes out before all of it, but for the one call that had its turn.
func TestAnAlertOvertakesADigestInTheQueue(t *testing.T) {
	const digest, alerted, places = 300, 40, 4
	w := newWorldOn(t, 1, kit{"sqlite", "none", 1})
	w.partnership("town", townPlan)
	w.people("town", 0, digest)
	w.partnership("street", strings.Replace(townPlan, "[sms, email]", "[email, sms]", 2))
	w.people("street", 5000, 5000+alerted)
	bulk, urgent := w.digestJobs(), w.alertJobs()
	door := doorway{came: make(chan *channels.Content), out: make(chan struct{}), wide: make(chan struct{})}
	sender, queue := w.consumeWith(door, places)

	queue(bulk)
	for range places { // every place is taken, by the digest
		w.wantDigest(<-door.came)
	}
	queue(urgent)
	for sender.Waiting(broker.Urgent) < min(len(urgent), jobsAtOnce(broker.Urgent)) {
		time.Sleep(time.Millisecond)
	}
	between := 0
	for alerts := 0; alerts < alerted; {
		door.out <- struct{}{}
		switch content := <-door.came; content.Purpose {
		case channels.ForMember:
			alerts++
		case channels.Digest:
			between++
		}
	}
	if between > 1 {
		t.Errorf("%d calls of the digest came before the last of the alert, want at most the one whose turn it was", between)
	}
	close(door.wide)
	if got := digest - places - between; got < digest/2 {
		t.Errorf("%d of the digest were left, so the alert overtook nothing", got)
	}
}

// digestJobs are the jobs of town's infoflash, not sent.
func (w *world) digestJobs() []broker.Event {
	w.t.Helper()
	w.tip("town")
	w.until("2026-11-23", "17:50")
	w.now = w.now.Add(10 * time.Minute)
	return w.queued(w.tick)
}

// alertJobs are the jobs of an alert to street by email, not sent.
func (w *world) alertJobs() []broker.Event {
	w.t.Helper()
	return w.queued(func() {
		w.publish(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"street"}})
	})
}

func (w *world) wantDigest(c *channels.Content) {
	w.t.Helper()
	if c.Purpose != channels.Digest {
		w.t.Fatalf("a %s went first, want the digest", c.Purpose)
	}
}

// jobsAtOnce is how many jobs of a priority a node of relais serve takes.
func jobsAtOnce(p broker.Priority) int {
	return map[broker.Priority]int{broker.Urgent: 8, broker.Normal: 4, broker.Bulk: 2}[p]
}

// consumeWith has a sender of emails take its jobs from NATS, as a node does,
// and returns how jobs are queued there.
func (w *world) consumeWith(channel channels.Channel, parallel int) (*dispatch.Sender, func([]broker.Event)) {
	w.t.Helper()
	sender := *w.senders[channels.Email]
	sender.Outlet.Channel, sender.Outlet.Parallel = channel, parallel
	of := dispatch.NewSender(sender)
	nats, err := jetstream.Open(w.t.Context(), jetstream.Config{StoreDir: w.t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := nats.Close(context.WithoutCancel(w.t.Context())); err != nil {
			w.t.Error(err)
		}
	})
	for _, p := range broker.Priorities() {
		c := jetstream.Consumer{Durable: "send-email-" + string(p), Filter: broker.WorkSubject("email", p), InFlight: jobsAtOnce(p), AckWait: time.Minute, MaxDeliver: 3}
		if _, err := nats.Consume(w.t.Context(), c, w.store, of.Handle); err != nil {
			w.t.Fatal(err)
		}
	}
	return of, func(jobs []broker.Event) {
		for _, e := range jobs {
			if err := nats.Publish(w.t.Context(), e); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}
