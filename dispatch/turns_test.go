package dispatch

import (
	"testing"

	"relais/broker"
)

// An alert that comes last goes before the whole digest that waits.
func TestTheMostUrgentHasTheNextTurn(t *testing.T) {
	const digest = 2000
	turns, order := newTurns(), make(chan broker.Priority, digest+4)
	ctx := t.Context()
	turns.take(ctx, ctx, broker.Bulk) // the call that is under way
	line := func(p broker.Priority, n int) {
		for range n {
			go func() {
				if turns.take(ctx, ctx, p) {
					order <- p
					turns.pass()
				}
			}()
		}
		for turns.inLine(p) < n {
		}
	}
	line(broker.Bulk, digest)
	line(broker.Normal, 1)
	line(broker.Urgent, 3)
	turns.pass()
	for i := range digest + 4 {
		want := broker.Bulk
		switch {
		case i < 3:
			want = broker.Urgent
		case i == 3:
			want = broker.Normal
		}
		if got := <-order; got != want {
			t.Fatalf("turn %d is %s, want %s", i, got, want)
		}
	}
}

// Between two calls of an alert's job no call of a digest begins; once the
// alert has no more to call, the digest goes on.
func TestAnAlertKeepsTheTurnBetweenItsCalls(t *testing.T) {
	turns, ctx := newTurns(), t.Context()
	leave := turns.join(broker.Urgent)
	turns.take(ctx, ctx, broker.Urgent)
	digest := make(chan struct{})
	go func() {
		turns.take(ctx, ctx, broker.Bulk)
		close(digest)
		turns.pass()
	}()
	for turns.inLine(broker.Bulk) == 0 {
	}
	turns.pass()
	if turns.inLine(broker.Bulk) == 0 {
		t.Error("the digest called between two calls of the alert")
	}
	turns.take(ctx, ctx, broker.Urgent)
	turns.pass()
	leave()
	<-digest
}
