package web

import (
	"fmt"

	"relais/channels"
)

// tally counts deliveries by state.
type tally map[channels.State]int

// bar is a row of segments, 100 wide, for an SVG picture: the policy of our
// pages lets no style attribute through.
type bar []segment

type segment struct {
	Class string // done, taken, going, waits, unsure or lost
	X, W  string
}

// barStates are the states that a bar shows, best first. What was
// deliberately not sent is none of its length.
func barStates() []struct {
	class  string
	states []channels.State
} {
	return []struct {
		class  string
		states []channels.State
	}{
		{"done", []channels.State{channels.Delivered}},
		{"taken", []channels.State{channels.Accepted}},
		{"going", []channels.State{channels.Calling, channels.Pending}},
		{"waits", []channels.State{channels.Held, channels.Digested}},
		{"unsure", []channels.State{channels.Unknown}},
		{"lost", []channels.State{channels.Failed, channels.Expired}},
	}
}

func (t tally) sum(states ...channels.State) int {
	n := 0
	for _, state := range states {
		n += t[state]
	}
	return n
}

// reached counts what the providers have taken, and all that was to be sent.
func (t tally) reached() (taken, all int) {
	for _, part := range barStates() {
		all += t.sum(part.states...)
	}
	return t.sum(channels.Delivered, channels.Accepted), all
}

func barOf(t tally) bar {
	_, all := t.reached()
	if all == 0 {
		return nil
	}
	var b bar
	before := 0
	for _, part := range barStates() {
		n := t.sum(part.states...)
		if n > 0 {
			b = append(b, segment{part.class, percent(before, all), percent(n, all)})
		}
		before += n
	}
	return b
}

func percent(n, all int) string { return fmt.Sprintf("%.2f", float64(n)*100/float64(all)) }
