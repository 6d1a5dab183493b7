package channels

import (
	"slices"
	"testing"
)

func TestStateTable(t *testing.T) {
	for from, want := range map[State][]State{
		Pending:    {Held, Digested, Calling, Suppressed, Expired},
		Held:       {Pending, Digested, Suppressed, Expired},
		Digested:   {Accepted, Delivered, Failed, Suppressed, Expired},
		Calling:    {Pending, Held, Unknown, Accepted, Delivered, Failed, Suppressed, Expired},
		Unknown:    {Pending, Accepted, Delivered, Failed, Expired},
		Accepted:   {Delivered, Failed},
		Delivered:  nil,
		Failed:     {Delivered},
		Suppressed: nil,
		Expired:    nil,
	} {
		for _, next := range States() {
			if got := from.CanBecome(next); got != slices.Contains(want, next) {
				t.Errorf("%s to %s: got %v", from, next, got)
			}
			if got := slices.Contains(next.Before(), from); got != from.CanBecome(next) {
				t.Errorf("Before of %s and CanBecome of %s do not agree", next, from)
			}
		}
	}
	if got := State("no such state").Before(); len(got) != 0 {
		t.Errorf("an unknown state can be reached from %v", got)
	}
}

// Once the provider has taken a delivery it never goes back to be sent, and
// of a receipt and a failure the receipt stays: what lies behind accepted has no way
// back before it, however many moves are made.
func TestStatesAreMonotone(t *testing.T) {
	before := []State{Pending, Held, Digested, Calling, Unknown}
	for _, taken := range []State{Accepted, Delivered, Failed, Suppressed, Expired} {
		reachable := reach(taken)
		for _, s := range before {
			if slices.Contains(reachable, s) {
				t.Errorf("%s can become %s again", taken, s)
			}
		}
	}
	for _, s := range States() {
		if s.CanBecome(s) {
			t.Errorf("%s can become itself", s)
		}
		if reached := reach(Pending); s != Pending && !slices.Contains(reached, s) {
			t.Errorf("nothing ever becomes %s", s)
		}
	}
}

// reach lists every state that a delivery in s can come to.
func reach(s State) []State {
	var reached []State
	for open := s.next(); len(open) > 0; {
		state := open[0]
		open = open[1:]
		if !slices.Contains(reached, state) {
			reached = append(reached, state)
			open = append(slices.Clone(state.next()), open...)
		}
	}
	return reached
}
