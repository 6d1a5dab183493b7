package dispatch

import (
	"sync"
	"time"

	"relais/channels"
)

// The pauses of a channel, from the first to the longest.
const (
	firstRefusal   = 30 * time.Second // the provider refuses our account
	longestRefusal = 15 * time.Minute
	firstSilence   = 10 * time.Second // the provider does not answer
	longestSilence = 20 * time.Second
	usualSlowdown  = 10 * time.Second // the provider wants fewer calls, and does not say for how long
	mostSlowdown   = 5 * time.Minute
)

// lostInARow is how many calls in a row bring no answer until the provider
// counts as down: fewer may be bad luck of a few connections.
const lostInARow = 10

// patience is how long what is urgent waits for a provider that only wants
// fewer calls.
const patience = 30 * time.Second

// standstill is a circuit breaker: it knows when the calls of a channel help
// nobody, and why. Then one delivery is called at the end of each pause, to see
// whether the provider takes it: failing every member would use their attempts
// up, and providers block who tries too often.
//
//	        refused, or lostInARow without an answer
//	open ────────────────────────────────────────────▶ stands ◀─┐ the trial fails:
//	 ▲                                                   │      │ firm, a longer pause
//	 └──── any answer about a delivery ◀── one trial ◀───┴──────┘
//
// A slowdown is no standstill: the provider works. Calls wait until it is over.
type standstill struct {
	mu    sync.Mutex
	cause *channels.SendError // what stopped us last; nil: open
	until time.Time           // the next trial
	pause time.Duration
	trial bool // one delivery is out to see whether the provider takes it
	firm  bool // the provider refuses us, or a trial got no answer either
	lost  int  // calls without an answer, in a row
	slow  time.Time
	begun int // standstills, longer pauses and slowdowns so far
}

// halt is what a standstill means for deliveries that are not called.
type halt struct {
	stands bool
	until  time.Time
	goOn   bool // what is urgent takes the plan's next channel
}

// admits says how many of some deliveries may be called now, and what becomes of the others.
func (s *standstill) admits(n int, now time.Time) (int, halt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.state(now)
	switch {
	case !r.stands:
		return n, r
	case s.cause == nil || now.Before(s.until):
		return 0, r
	}
	s.until, s.trial = now.Add(s.pause), true // others wait for what this one brings
	r.until = s.until
	return min(n, 1), r
}

// state is what holds now.
func (s *standstill) state(now time.Time) halt {
	if s.cause != nil {
		return halt{true, later(s.until, now), s.firm}
	}
	return halt{s.slow.After(now), s.slow, s.slow.Sub(now) > patience}
}

// stands says whether calls wait now, without asking for the trial.
func (s *standstill) stands(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state(now).stands
}

// times counts what stopped calls so far; since is what holds now, if anything
// did after that count.
func (s *standstill) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begun
}

func (s *standstill) since(times int, now time.Time) halt {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.begun == times {
		return halt{}
	}
	return s.state(now)
}

// refused notes that the provider refuses us. What holds from now on, and
// whether this is news: calls that were under way say the same.
func (s *standstill) refused(cause *channels.SendError, now time.Time) (r halt, news bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	news = s.cause == nil || s.trial || s.cause.Down
	if news {
		s.stop(cause, now, firstRefusal, longestRefusal)
	}
	s.firm = true
	return s.state(now), news
}

// silent notes a call that the provider did not answer, or answered with a fault
// of its own. News is that it does so firmly.
func (s *standstill) silent(cause *channels.SendError, now time.Time) (r halt, news bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost++
	switch {
	case s.cause == nil && s.lost >= lostInARow:
		s.stop(cause, now, firstSilence, longestSilence)
	case s.trial:
		news, s.firm = !s.firm, true
		s.stop(cause, now, firstSilence, longestSilence)
	}
	return s.state(now), news
}

func (s *standstill) stop(cause *channels.SendError, now time.Time, first, longest time.Duration) {
	s.cause = cause
	s.pause = min(max(first, 2*s.pause), longest)
	s.until, s.trial = now.Add(s.pause), false
	s.begun++
}

// slowDown notes that the provider wants fewer calls.
func (s *standstill) slowDown(until, now time.Time) halt {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until.After(s.slow) {
		s.slow = until
		s.begun++
	}
	return s.state(now)
}

// answered notes that the provider looked at a delivery, and returns what had
// stopped its channel; nil: nothing had.
func (s *standstill) answered() *channels.SendError {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.cause
	s.cause, s.until, s.pause, s.trial, s.firm, s.lost = nil, time.Time{}, 0, false, false, 0
	return was
}
