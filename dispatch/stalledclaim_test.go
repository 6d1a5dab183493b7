package dispatch_test

import (
	"context"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/subscribers"
)

// stalling is a ledger whose database answers a claim when its lease is over.
type stalling struct {
	dispatch.Deliveries
	stall func()
}

func (l stalling) Claim(ctx context.Context, ids []channels.DeliveryID, now time.Time, lease time.Duration) ([]subscribers.Claimed, error) {
	claimed, err := l.Deliveries.Claim(ctx, ids, now, lease)
	l.stall()
	return claimed, err
}

// The database stands still in the middle of a claim for longer than the lease.
// Another node may have taken the deliveries over, so nobody is called; later
// everybody gets the message once.
func TestNobodyIsCalledByAClaimThatCameTooLate(t *testing.T) {
	w := town(t, 1)
	honest := make(map[channels.Name]*dispatch.Sender)
	for name, sender := range w.senders {
		honest[name] = sender
		s := *sender
		s.Ledger = stalling{s.Ledger, func() { w.now = w.now.Add(s.Lease + time.Second) }}
		w.senders[name] = dispatch.NewSender(s)
	}
	w.publish(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"home"}})
	w.pass(20*time.Second, 10*time.Second)
	if n := len(w.provider.taken); n != 0 {
		t.Fatalf("%d were called after their lease had ended", n)
	}
	w.senders = honest
	w.pass(10*time.Minute, 10*time.Second)
	w.homeHasItOnce()
}

// homeHasItOnce fails unless each of the 40 people at home got the one message
// that was sent, and nobody was called twice.
func (w *world) homeHasItOnce() {
	w.t.Helper()
	if got := w.perPerson(channels.ForMember); len(got) != 40 {
		w.t.Errorf("%d got the message, want 40", len(got))
	}
	for id, n := range w.provider.taken {
		if n != 1 {
			w.t.Errorf("delivery %s went %d times", id, n)
		}
	}
}
