package dispatch_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/dispatch/inmem"
)

// TestTwoNodesAtOnce hands every job to two nodes at the same moment, with and
// without Seen: one of them sends each delivery.
func TestTwoNodesAtOnce(t *testing.T) {
	for name, seen := range map[string]dispatch.Seen{
		"with Seen":        inmem.New(time.Now),
		"Redis being away": noSeen{},
	} {
		t.Run(name, func(t *testing.T) {
			w := town(t, 1)
			m := w.publish(broker.Message{Kind: broker.Alert})
			jobs := w.queued(func() { w.approve(m, "home"); w.approve(m, "shop") })
			one, two := w.node("one", seen), w.node("two", seen)
			for _, job := range jobs {
				var both sync.WaitGroup
				for _, node := range []*dispatch.Sender{one[jobChannel(job)], two[jobChannel(job)]} {
					both.Go(func() {
						if err := node.Handle(context.Background(), job); err != nil {
							t.Error(err)
						}
					})
				}
				both.Wait()
			}
			w.eachOnce(channels.ForMember)
		})
	}
}

// queued returns the jobs that doing something leaves, without running them.
func (w *world) queued(do func()) []broker.Event {
	w.hold = true
	do()
	w.hold = false
	jobs := w.held
	w.held = nil
	return jobs
}

// node is another node's senders on the same ledger.
func (w *world) node(owner string, seen dispatch.Seen) map[channels.Name]*dispatch.Sender {
	senders := make(map[channels.Name]*dispatch.Sender)
	for name, sender := range w.senders {
		s := *sender
		s.Owner, s.Seen, s.Log = owner, seen, slog.New(slog.DiscardHandler)
		senders[name] = dispatch.NewSender(s)
	}
	return senders
}

func jobChannel(e broker.Event) channels.Name { return channels.Name(e.Subject.Tokens()[2]) }
