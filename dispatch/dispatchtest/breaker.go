package dispatchtest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"relais/channels"
	"relais/dispatch"
)

// RunBreaker tries everything that dispatch.Breaker promises. It calls start
// once for each case; start cleans up with t.Cleanup. Several runs may share one
// server.
func RunBreaker(t *testing.T, start func(t *testing.T) dispatch.Breaker) {
	for _, c := range breakerCases() {
		t.Run(c.name, func(t *testing.T) {
			if err := c.try(newBreakerRun(start(t))); err != nil {
				t.Error(err)
			}
		})
	}
}

// breakerCase is one promise. It returns what was broken.
type breakerCase struct {
	name string
	try  func(r *breakerRun) error
}

// breakerRun is one case under way: three like texts within five minutes go.
type breakerRun struct {
	breaker dispatch.Breaker
	keys    [2]dispatch.LikeKey
	limit   dispatch.LoopLimit
	now     time.Time
}

func newBreakerRun(b dispatch.Breaker) *breakerRun {
	return &breakerRun{
		breaker: b, keys: [2]dispatch.LikeKey{dispatch.LikeKey(uuid.New()), dispatch.LikeKey(uuid.New())},
		limit: dispatch.LoopLimit{Most: 3, Within: 5 * time.Minute}, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
	}
}

// fresh is another delivery of one of the two texts.
func (r *breakerRun) fresh(text int) dispatch.Like {
	return dispatch.Like{Key: r.keys[text], ID: channels.DeliveryID{UUID: uuid.New()}}
}

func (r *breakerRun) many(text, n int) []dispatch.Like {
	likes := make([]dispatch.Like, n)
	for i := range likes {
		likes[i] = r.fresh(text)
	}
	return likes
}

// pass checks the answer to each like.
func (r *breakerRun) pass(likes []dispatch.Like, want ...bool) error {
	ctx, cancel := patient()
	defer cancel()
	got, err := r.breaker.Pass(ctx, likes, r.now, r.limit)
	if err != nil {
		return fmt.Errorf("pass: %w", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("pass (-want +got):\n%s", diff)
	}
	return nil
}

func breakerCases() []breakerCase {
	return []breakerCase{
		{"as many as the limit go", limitHolds},
		{"each text and address counts for itself", textsApart},
		{"the same delivery again is no other", sameAgain},
		{"what is long ago does not count", windowSlides},
		{"a loop stays stopped until it rests", staysStopped},
		{"several in one call", severalAtOnce},
		{"1201 likes keep their order", likesInOrder},
		{"no likes", noLikes},
		{"two nodes count together", nodesTogether},
	}
}

func limitHolds(r *breakerRun) error {
	return steps(
		func() error { return r.pass(r.many(0, 1), true) },
		func() error { return r.pass(r.many(0, 1), true) },
		func() error { return r.pass(r.many(0, 1), true) },
		func() error { return r.pass(r.many(0, 1), false) },
		func() error { return r.pass(r.many(0, 1), false) },
	)
}

func textsApart(r *breakerRun) error {
	return steps(
		func() error { return r.pass(r.many(0, 4), true, true, true, false) },
		func() error { return r.pass(r.many(1, 1), true) },
	)
}

// sameAgain asks as a job does that comes a second time.
func sameAgain(r *breakerRun) error {
	first, rest := r.many(0, 1), r.many(0, 3)
	return steps(
		func() error { return r.pass(first, true) },
		func() error { return r.pass(first, true) },
		func() error { return r.pass(first, true) },
		func() error { return r.pass(rest[:2], true, true) },
		func() error { return r.pass(first, true) },
		func() error { return r.pass(rest[2:], false) },
		func() error { return r.pass(rest[2:], false) },
		func() error { return r.pass(rest, true, true, false) },
	)
}

func windowSlides(r *breakerRun) error {
	for i := range 10 { // one every two minutes: never more than three in five
		if err := r.pass(r.many(0, 1), true); err != nil {
			return fmt.Errorf("after %d minutes: %w", 2*i, err)
		}
		r.now = r.now.Add(2 * time.Minute)
	}
	return nil
}

// staysStopped goes on for half an hour, one a minute.
func staysStopped(r *breakerRun) error {
	for minute := range 30 {
		if err := r.pass(r.many(0, 1), minute < 3); err != nil {
			return fmt.Errorf("minute %d: %w", minute, err)
		}
		r.now = r.now.Add(time.Minute)
	}
	r.now = r.now.Add(r.limit.Within)
	return r.pass(r.many(0, 4), true, true, true, false)
}

func severalAtOnce(r *breakerRun) error {
	likes := append(r.many(0, 2), r.many(1, 2)...)
	likes = append(likes, r.many(0, 3)...)
	return r.pass(append(likes, likes[4], likes[6]), true, true, true, true, true, false, false, true, false)
}

func likesInOrder(r *breakerRun) error {
	likes, want := make([]dispatch.Like, 1201), make([]bool, 1201)
	for i := range likes {
		likes[i] = dispatch.Like{Key: dispatch.LikeKey(uuid.New()), ID: channels.DeliveryID{UUID: uuid.New()}}
		want[i] = true
		if i%7 == 0 {
			likes[i].Key = r.keys[0]
			want[i] = i < 3*7
		}
	}
	return r.pass(likes, want...)
}

func noLikes(r *breakerRun) error {
	ctx, cancel := patient()
	defer cancel()
	got, err := r.breaker.Pass(ctx, nil, r.now, r.limit)
	if err != nil || len(got) != 0 {
		return fmt.Errorf("no likes: got %v, %w, want nothing", got, err)
	}
	return nil
}

// nodesTogether lets eight goroutines ask about one text at once: three may go.
func nodesTogether(r *breakerRun) error {
	var wg sync.WaitGroup
	answers, failed := make([][]bool, 8), make([]error, 8)
	for i := range answers {
		likes := r.many(0, 20)
		wg.Go(func() {
			ctx, cancel := patient()
			defer cancel()
			answers[i], failed[i] = r.breaker.Pass(ctx, likes, r.now, r.limit)
		})
	}
	wg.Wait()
	went := 0
	for i := range answers {
		if failed[i] != nil {
			return fmt.Errorf("pass: %w", failed[i])
		}
		for _, passed := range answers[i] {
			if passed {
				went++
			}
		}
	}
	if went != r.limit.Most {
		return fmt.Errorf("%d went, want %d", went, r.limit.Most)
	}
	return nil
}
