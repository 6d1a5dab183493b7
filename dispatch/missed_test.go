package dispatch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/dispatch/inmem"
	"relais/subscribers"
)

// phone takes every call; what becomes of it is reported later.
type phone struct{ calls []channels.Delivery }

func (p *phone) Send(_ context.Context, d channels.Delivery) (channels.Receipt, error) {
	p.calls = append(p.calls, d)
	return channels.Receipt{Ref: fmt.Sprint("CA", d.Attempt), Awaits: true}, nil
}

// last is the last call of a member: the coordinator's telephone rings too.
func (p *phone) last() channels.Delivery {
	for _, d := range slices.Backward(p.calls) {
		if d.Content.Purpose == channels.ForMember {
			return d
		}
	}
	return channels.Delivery{}
}

// ringing is a village of one member whose SMS behave like telephone calls,
// with a Seen that would remember what was done.
func ringing(t *testing.T) (*world, *phone, broker.Message) {
	t.Helper()
	w := newWorld(t, 1)
	w.partnership("home", `
rules:
  - approval: {by: coordinator, within: 24h}
    channels: {first: [sms, email]}
    when: now
digest: {every: day, at: "18:00"}`)
	w.people("home", 0, 3)
	m := w.publish(broker.Message{Kind: broker.Alert, Expires: w.now.Add(time.Hour)})
	p := &phone{}
	s := *w.senders[channels.SMS]
	s.Outlet.Channel, s.Outlet.Redials, s.Outlet.Find, s.Outlet.Parallel = p, true, nil, 1
	s.Seen = inmem.New(func() time.Time { return w.now })
	w.senders[channels.SMS] = dispatch.NewSender(s)
	w.approve(m, "home")
	return w, p, m
}

func missedCall(d channels.Delivery, at time.Time) channels.Report {
	return channels.Report{Delivery: d.ID, Ref: fmt.Sprint("CA", d.Attempt), State: channels.Failed, Class: channels.Retryable,
		Code: "no-answer", Attempt: d.Attempt, Tries: 3, After: 2 * time.Minute, At: at}
}

func (w *world) report(r ...channels.Report) {
	w.t.Helper()
	if err := w.after.Apply(w.t.Context(), r); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func (w *world) entry(id channels.DeliveryID) subscribers.Entry {
	w.t.Helper()
	e, err := w.store.Entry(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// TestMissedIsTriedAgainThenGivesWay: nobody answers three times, each report
// comes twice; then the plan's next channel takes over.
func TestMissedIsTriedAgainThenGivesWay(t *testing.T) {
	w, p, _ := ringing(t)
	member := p.last()
	for try := 1; try <= 3; try++ {
		last := p.last()
		if last.ID != member.ID || last.Attempt != try {
			t.Fatalf("call %d is attempt %d of %s", try, last.Attempt, last.ID)
		}
		w.report(missedCall(last, w.now), missedCall(last, w.now))
		w.report(missedCall(last, w.now))
		if try == 3 {
			break
		}
		before := len(p.calls)
		w.pass(100*time.Second, 10*time.Second)
		if len(p.calls) != before {
			t.Fatalf("called again before the pause was over")
		}
		w.pass(time.Minute, 10*time.Second)
	}
	if e := w.entry(member.ID); e.State != channels.Failed || e.Reason != channels.Reason(channels.Retryable) || e.Attempt != 3 || e.Missed != 2 {
		t.Errorf("got %s for %s after %d attempts, %d missed; want failed after 3", e.State, e.Reason, e.Attempt, e.Missed)
	}
	mails := 0
	for id := range w.provider.taken {
		if e := w.entry(id); e.Channel == channels.Email && e.Purpose == channels.ForMember {
			mails++
		}
	}
	if mails != 1 {
		t.Errorf("%d emails took over, want one", mails)
	}
}

// TestLateReportsOfAMissedCall: words about the call before do not touch the
// one that rings now, but that somebody heard it stays true.
func TestLateReportsOfAMissedCall(t *testing.T) {
	w, p, _ := ringing(t)
	first := p.last()
	w.report(missedCall(first, w.now))
	w.pass(3*time.Minute, 10*time.Second)
	w.report(missedCall(first, w.now), channels.Report{Delivery: first.ID, Ref: "CA1", State: channels.Accepted, Attempt: 1, At: w.now})
	if e := w.entry(first.ID); e.State != channels.Accepted || e.Ref != "CA2" || e.Attempt != 2 {
		t.Errorf("got %s under %s at attempt %d, want the second call untouched", e.State, e.Ref, e.Attempt)
	}
	w.report(channels.Report{Delivery: first.ID, Ref: "CA1", State: channels.Delivered, Attempt: 1, At: w.now})
	if e := w.entry(first.ID); e.State != channels.Delivered {
		t.Errorf("got %s, want delivered: the first call was heard", e.State)
	}
}

// TestMissedTooLate: a call that could only come after the message is of no
// use any more gives way to the next channel at once.
func TestMissedTooLate(t *testing.T) {
	w, p, _ := ringing(t)
	member := p.last()
	w.now = w.now.Add(59 * time.Minute)
	w.report(missedCall(member, w.now))
	if e := w.entry(member.ID); e.State != channels.Failed {
		t.Errorf("got %s, want failed", e.State)
	}
}

// TestReportsOfACallInAnyOrder: whatever the order, the answered call ends
// delivered and the missed one is called exactly once more.
func TestReportsOfACallInAnyOrder(t *testing.T) {
	for _, seed := range seeds(t, 10) {
		rng := rand.New(rand.NewPCG(seed, 2))
		w, p, _ := ringing(t)
		for _, answered := range []bool{false, true} {
			d := p.last()
			say := func(state channels.State) channels.Report {
				return channels.Report{Delivery: d.ID, Ref: fmt.Sprint("CA", d.Attempt), State: state, Attempt: d.Attempt, At: w.now}
			}
			all := []channels.Report{say(channels.Accepted), say(channels.Accepted), missedCall(d, w.now), missedCall(d, w.now)}
			if answered {
				all = []channels.Report{say(channels.Accepted), say(channels.Accepted), say(channels.Delivered), say(channels.Delivered)}
			}
			rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			for len(all) > 0 {
				n := 1 + rng.IntN(len(all))
				w.report(all[:n]...)
				all = all[n:]
			}
			w.pass(10*time.Minute, 30*time.Second)
		}
		d := p.last()
		if e := w.entry(d.ID); e.State != channels.Delivered || e.Attempt != 2 {
			t.Errorf("seed %d: got %s at attempt %d, want delivered at 2", seed, e.State, e.Attempt)
		}
	}
}

// TestSeenDoesNotForgetWhatIsUnknown: a call that was cut is repeated although
// Seen is there.
func TestSeenDoesNotForgetWhatIsUnknown(t *testing.T) {
	w := town(t, 1)
	for name, s := range w.node("node", inmem.New(func() time.Time { return w.now })) {
		w.senders[name] = s
	}
	m := w.publish(broker.Message{Kind: broker.Alert})
	w.faults.cutLost = 100
	w.approve(m, "home")
	w.approve(m, "shop")
	w.faults.cutLost = 0
	w.pass(5*time.Minute, 10*time.Second)
	w.eachOnce(channels.ForMember)
}
