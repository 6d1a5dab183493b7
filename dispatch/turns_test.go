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
		for waiting := 0; waiting < n; {
			turns.mu.Lock()
			waiting = len(turns.waiting[p])
			turns.mu.Unlock()
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
