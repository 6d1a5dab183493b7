package dispatch

import (
	"context"
	"slices"
	"sync"
	"time"

	"relais/broker"
)

// turns lets the jobs of a channel make their calls one after the other, the
// most urgent first, however long the others have waited: an alert overtakes a
// digest. Who has the turn waits for what it needs to call, a free call and a
// place in the rate. A job that has calls left keeps less urgent ones back
// between two of its own, so that at most one call of a digest comes between
// an alert and its last call.
type turns struct {
	mu       sync.Mutex
	taken    bool
	underWay map[broker.Priority]int             // jobs that have calls left
	waiting  map[broker.Priority][]chan struct{} // each closed when its turn comes
}

func newTurns() *turns {
	return &turns{underWay: make(map[broker.Priority]int), waiting: make(map[broker.Priority][]chan struct{})}
}

// join says that a job has calls to make, until it calls what join returns.
func (t *turns) join(p broker.Priority) (leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.underWay[p]++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.underWay[p]--
		if !t.taken {
			t.next()
		}
	}
}

// take waits for a turn, and says whether it came before a context ended.
func (t *turns) take(stopping, calls context.Context, p broker.Priority) bool {
	mine := make(chan struct{})
	t.mu.Lock()
	t.waiting[p] = append(t.waiting[p], mine)
	if !t.taken {
		t.next()
	}
	t.mu.Unlock()
	select {
	case <-mine:
		return true
	case <-stopping.Done():
	case <-calls.Done():
	}
	if !t.giveUp(p, mine) {
		t.pass() // it came at the same moment
	}
	return false
}

// giveUp takes who waits out of the line, and says whether it still stood there.
func (t *turns) giveUp(p broker.Priority, mine chan struct{}) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.waiting[p], mine)
	if i >= 0 {
		t.waiting[p] = slices.Delete(t.waiting[p], i, i+1)
	}
	return i >= 0
}

// pass hands the turn on.
func (t *turns) pass() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken = false
	t.next()
}

// next gives the free turn to the most urgent one who waits, or keeps it free
// for a more urgent job, which comes at once. The caller holds mu.
func (t *turns) next() {
	for _, p := range broker.Priorities() {
		if line := t.waiting[p]; len(line) > 0 {
			t.waiting[p] = line[1:]
			t.taken = true
			close(line[0])
			return
		}
		if t.underWay[p] > 0 {
			return
		}
	}
}

// rateStock is how long calls that were let go may wait to be made, so that a
// node that rests keeps no stock for later.
const rateStock = time.Second

// stock is what the limiter let go and nobody has called yet. Who has the turn
// has it alone.
type stock struct {
	left int
	from time.Time
}

// begin waits for a call's turn, its place in the rate and a free call, unless
// the node stops or the job's time is over.
func (s *Sender) begin(stopping, calls context.Context, p broker.Priority) bool {
	if stopping.Err() != nil || calls.Err() != nil || !s.turns.take(stopping, calls, p) {
		return false
	}
	defer s.turns.pass()
	if !s.inRate(stopping, calls) {
		return false
	}
	select {
	case s.slots <- struct{}{}:
		return true
	case <-stopping.Done():
		return false
	case <-calls.Done():
		return false
	}
}

// inRate waits until the channel's rate lets one more call go. The limiter is
// asked for a few at a time.
func (s *Sender) inRate(stopping, calls context.Context) bool {
	if s.Limiter == nil || s.Outlet.PerSecond == 0 {
		return true
	}
	for s.stock.left == 0 || s.Now().Sub(s.stock.from) > rateStock {
		taken, again, err := s.Limiter.Take(calls, s.Outlet.Name, s.Outlet.PerSecond, Burst(s.Outlet.PerSecond))
		if err != nil { // a rate that nobody knows stops no alert
			s.Log.Warn("the rate limit cannot be asked, this call goes without", "channel", s.Outlet.Name, "err", err)
			return calls.Err() == nil
		}
		s.stock = stock{taken, s.Now()}
		if taken == 0 && !rest(stopping, calls, again) {
			return false
		}
	}
	s.stock.left--
	return true
}

// rest waits, and says whether neither context ended meanwhile.
func rest(stopping, calls context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-stopping.Done():
	case <-calls.Done():
	}
	return false
}
