package dispatch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/subscribers"
)

// What is due now needs no job.
func TestAPageIsCalledAsItIsWritten(t *testing.T) {
	w := town(t, 1)
	w.callAtOnce()
	w.hold = true // no job reaches a sender
	alert := w.publish(broker.Message{Kind: broker.Alert})
	w.approve(alert, "home")
	w.approve(alert, "shop")
	w.eachOnce(channels.ForMember)
	for _, e := range w.held {
		var job subscribers.Job
		if err := json.Unmarshal(e.Data, &job); err != nil {
			t.Fatal(err)
		}
		entries, err := w.store.Entries(t.Context(), job.IDs)
		if err != nil {
			t.Fatal(err)
		}
		for id, e := range entries {
			if e.Purpose == channels.ForMember {
				t.Errorf("delivery %s, which was called, is queued as well", id)
			}
		}
	}
	w.hold = false
	w.pass(10*time.Minute, 10*time.Second)
	w.eachOnce(channels.ForMember)
}

// Called at once or from the queue, everybody gets the same, at the same address,
// and who wants to be left alone is.
func TestAtOnceSaysWhatTheQueueSays(t *testing.T) {
	said := func(atOnce bool) []string {
		w := town(t, 1)
		if err := w.store.SetRest(t.Context(), w.member("Person 5").ID, subscribers.Rest{Pause: subscribers.Span{From: subscribers.DateOf(w.now)}}); err != nil {
			t.Fatal(err)
		}
		if atOnce {
			w.callAtOnce()
		}
		tip := w.publish(broker.Message{Kind: broker.Appeal})
		w.approve(tip, "home")
		w.approve(tip, "shop")
		w.pass(time.Minute, 10*time.Second)
		var said []string
		for _, d := range w.provider.sent {
			if d.Content.Purpose == channels.ForMember {
				said = append(said, fmt.Sprintf("%s %s %d %s %s %t", d.To.Reveal(), d.Content.Title, d.Attempt, d.Priority, d.NotAfter.UTC(), d.Links.Open != ""))
			}
		}
		slices.Sort(said)
		return said
	}
	queued, now := said(false), said(true)
	if len(queued) == 0 || !slices.Equal(now, queued) {
		t.Errorf("at once %d texts\n%v\nfrom the queue %d\n%v", len(now), now, len(queued), queued)
	}
}

// behindADoor makes the phone company one that lets calls in and out one by one.
func (w *world) behindADoor() doorway {
	door := doorway{came: make(chan *channels.Content), out: make(chan struct{}), wide: make(chan struct{})}
	w.replaceSender(func(s *dispatch.Sender) { s.Outlet.Channel = door })
	return door
}

// replaceSender makes the sender of SMS anew, with something changed.
func (w *world) replaceSender(change func(*dispatch.Sender)) {
	s := *w.senders[channels.SMS]
	change(&s)
	w.senders[channels.SMS] = dispatch.NewSender(s)
	w.callAtOnce()
}

// planNow plans a granted approval, and does not wait for the calls.
func (w *world) planNow(ctx context.Context, m broker.Message, p broker.PartnershipID) {
	w.t.Helper()
	id := subscribers.ApprovalIDFor(m.ID, m.Revision, p)
	if err := w.planner.Handle(ctx, broker.Event{Subject: broker.ApprovalSubject(id.String())}); err != nil {
		w.t.Fatal(err)
	}
}

// entriesOf is how the message to everybody in home stands in the ledger.
func (w *world) entriesOf(m broker.Message) map[channels.DeliveryID]subscribers.Entry {
	w.t.Helper()
	members, err := w.store.Members(w.t.Context(), subscribers.Audience{Partnership: "home"}, subscribers.MemberID{}, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []channels.DeliveryID
	for _, who := range members {
		number := who.Reachable(channels.SMS)[0].Address.Hash(channels.SMS)
		ids = append(ids, subscribers.EntryKey(m.ID.UUID, m.Revision, "home", who.ID, channels.SMS, number))
	}
	entries, err := w.store.Entries(w.t.Context(), ids)
	if err != nil {
		w.t.Fatal(err)
	}
	return entries
}

func (w *world) states(m broker.Message) map[channels.State]int {
	states := make(map[channels.State]int)
	for _, e := range w.entriesOf(m) {
		states[e.State]++
	}
	return states
}

func bulkTown(t *testing.T) (*world, broker.Message) {
	w := newWorld(t, 1)
	w.partnership("home", townPlan)
	w.people("home", 0, 80)
	m := w.publish(broker.Message{Kind: broker.Alert})
	w.decide(m, "home")
	return w, m
}

// A provider that is slower than the plan gets the rest from the queue, where more
// urgent messages and other nodes are.
func TestWhatFindsNoPlaceIsQueued(t *testing.T) {
	w, m := bulkTown(t)
	door := w.behindADoor()
	w.planNow(t.Context(), m, "home")
	states := w.states(m)
	if states[channels.Calling] == 0 || states[channels.Pending] == 0 || states[channels.Calling] >= 40 {
		t.Errorf("while nobody answers: %v, want a few pages calling and the rest pending", states)
	}
	close(door.wide)
	if err := w.senders[channels.SMS].Rest(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.pass(time.Minute, 10*time.Second)
	if states := w.states(m); states[channels.Accepted] != 80 {
		t.Errorf("in the end: %v, want 80 accepted", states)
	}
}

// A node that leaves ends the calls that it has begun and hands the rest back, with
// no attempt counted.
func TestANodeThatLeavesHandsItsPagesBack(t *testing.T) {
	w, m := bulkTown(t)
	door := w.behindADoor()
	ctx, leave := context.WithCancel(t.Context())
	w.planNow(ctx, m, "home")
	<-door.came
	leave()
	close(door.wide)
	if err := w.senders[channels.SMS].Rest(t.Context()); err != nil {
		t.Fatal(err)
	}
	states := w.states(m)
	if states[channels.Calling] != 0 || states[channels.Accepted] == 0 || states[channels.Accepted] > 10 {
		t.Errorf("after it left: %v, want a few accepted and none calling", states)
	}
	w.settle()
	w.pass(2*time.Minute, 10*time.Second)
	if states := w.states(m); states[channels.Accepted] != 80 {
		t.Errorf("in the end: %v, want 80 accepted", states)
	}
	for _, e := range w.entriesOf(m) {
		if e.Attempt != 1 {
			t.Errorf("delivery %s has %d attempts, want 1", e.ID, e.Attempt)
		}
	}
}

// A page whose sender panics costs its lease and no node.
func TestAPageThatPanicsGivesItsPlaceBack(t *testing.T) {
	w, m := bulkTown(t)
	script := w.senders[channels.SMS].Script
	w.replaceSender(func(s *dispatch.Sender) { s.Script = nil })
	w.planNow(t.Context(), m, "home")
	if err := w.senders[channels.SMS].Rest(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.replaceSender(func(s *dispatch.Sender) { s.Script = script })
	w.queue = nil
	w.pass(10*time.Minute, 10*time.Second)
	if states := w.states(m); states[channels.Accepted] != 80 {
		t.Errorf("in the end: %v, want 80 accepted", states)
	}
}
