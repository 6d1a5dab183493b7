package dispatchtest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"relais/channels"
	"relais/dispatch"
)

func TestAGoodBreakerPasses(t *testing.T) {
	RunBreaker(t, func(*testing.T) dispatch.Breaker { return &fakeBreaker{} })
}

// TestTheBreakerSuiteFindsFaults breaks one promise at a time.
func TestTheBreakerSuiteFindsFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		fault *fakeBreaker
		find  string // the case that must find it
	}{
		"lets one more go":            {&fakeBreaker{more: 1}, "as many as the limit go"},
		"takes all texts for one":     {&fakeBreaker{oneKey: true}, "each text and address counts for itself"},
		"counts a delivery again":     {&fakeBreaker{again: true}, "the same delivery again is no other"},
		"never forgets":               {&fakeBreaker{endless: true}, "what is long ago does not count"},
		"counts only what went":       {&fakeBreaker{wentOnly: true}, "a loop stays stopped until it rests"},
		"counts a call as one":        {&fakeBreaker{late: true}, "several in one call"},
		"answers in another order":    {&fakeBreaker{reversed: true}, "1201 likes keep their order"},
		"answers what was not asked":  {&fakeBreaker{talks: true}, "no likes"},
		"looks first and writes late": {&fakeBreaker{torn: true}, "two nodes count together"},
	} {
		t.Run(name, func(t *testing.T) {
			i := slices.IndexFunc(breakerCases(), func(c breakerCase) bool { return c.name == tt.find })
			if i < 0 {
				t.Fatalf("there is no case %q", tt.find)
			}
			found := false
			for attempt := 0; !found && attempt < races; attempt++ {
				found = breakerCases()[i].try(newBreakerRun(tt.fault)) != nil
			}
			if !found {
				t.Errorf("case %q did not find it", tt.find)
			}
		})
	}
}

// fakeBreaker keeps every promise, but for the faults that are set.
type fakeBreaker struct {
	more                                                          int
	oneKey, again, endless, wentOnly, late, reversed, talks, torn bool

	mu    sync.Mutex
	asked []askedOnce
}

type askedOnce struct {
	key  dispatch.LikeKey
	id   channels.DeliveryID
	at   time.Time
	went bool
}

func (f *fakeBreaker) Pass(_ context.Context, likes []dispatch.Like, now time.Time, limit dispatch.LoopLimit) ([]bool, error) {
	f.mu.Lock()
	before := slices.Clone(f.asked)
	if f.torn { // another node comes in between
		f.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
		f.mu.Lock()
	}
	defer f.mu.Unlock()
	passed := make([]bool, len(likes))
	for i, like := range likes {
		a := askedOnce{key: like.Key, id: like.ID, at: now}
		if f.oneKey {
			a.key = dispatch.LikeKey{}
		}
		a.went = f.may(before, a, limit)
		passed[i] = a.went
		f.asked = append(f.asked, a)
		if !f.late {
			before = append(before, a)
		}
	}
	if f.reversed {
		slices.Reverse(passed)
	}
	if f.talks {
		passed = append(passed, true)
	}
	return passed, nil
}

func (f *fakeBreaker) may(before []askedOnce, a askedOnce, limit dispatch.LoopLimit) bool {
	others := make(map[channels.DeliveryID]bool)
	n := 0
	for _, b := range before {
		switch {
		case b.key != a.key, !f.endless && a.at.Sub(b.at) >= limit.Within, f.wentOnly && !b.went:
			continue
		case b.id == a.id && !f.again:
			return b.went
		}
		if !others[b.id] || f.again {
			n++
		}
		others[b.id] = true
	}
	return n < limit.Most+f.more
}
