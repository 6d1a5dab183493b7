package sandbox

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"time"

	"relais/channels"
)

// Faults is how a stand-in misbehaves. The zero value behaves. Rates are
// shares of requests from 0 to 1; CutRate, ErrorRate and ThrottleRate exclude
// each other, so their sum is at most 1.
type Faults struct {
	Latency time.Duration // every answer waits this long

	ErrorRate    float64       // not taken: HTTP 503, SMTP 451
	ThrottleRate float64       // not taken: HTTP 429 with Retry-After, SMTP 450
	RetryAfter   time.Duration // for ThrottleRate; HTTP rounds it up to seconds, 0 leaves the header out

	CutRate float64 // taken, but the connection is cut instead of an answer
	CutLost float64 // share of those cut requests that were not taken: the caller cannot tell

	// Refuse answers for these recipients, by the address as Item.To has it: a
	// Twilio error code, an SMTP reply code, or an HTTP status of the push service.
	Refuse map[string]int

	// Twilio's status callbacks.
	Undelivered        map[string]int // taken, then reported undelivered with this Twilio error code; of a call, the SIP code
	DuplicateCallbacks float64        // share of callbacks that come twice
	PermuteCallbacks   bool           // the callbacks of a message come in random order
	LateCallbacks      time.Duration  // the callbacks of a message begin this much later

	// Answers says who answers calls to these numbers, "*" for all others; see
	// AnswerKey, which is what happens where nothing is said.
	Answers map[string]string
}

// verdict is what a fault makes of one request.
type verdict int

const (
	behave verdict = iota
	fail
	throttle
	cutTaken // no answer
	cutLost  // not taken, no answer
)

// faults holds the Faults of each channel and the dice.
type faults struct {
	mu   sync.Mutex
	dice *rand.Rand
	by   map[channels.Name]Faults
}

func newFaults(seed uint64) *faults {
	return &faults{
		dice: rand.New(rand.NewPCG(seed, seed)),
		by:   make(map[channels.Name]Faults),
	}
}

// Set changes how a channel's stand-in misbehaves from the next request on. It
// keeps the maps of f: do not change them afterwards.
func (s *Sandbox) Set(on channels.Name, f Faults) error {
	if err := f.validate(on); err != nil {
		return err
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.by[on] = f
	return nil
}

func (f Faults) validate(on channels.Name) error {
	if !slices.Contains(shownChannels(), on) {
		return fmt.Errorf("faults: there is no stand-in for %.20q; use one of %s", string(on), shownChannels())
	}
	for _, rate := range []struct {
		name  string
		value float64
	}{
		{"errorRate", f.ErrorRate}, {"throttleRate", f.ThrottleRate}, {"cutRate", f.CutRate},
		{"cutLost", f.CutLost}, {"duplicateCallbacks", f.DuplicateCallbacks},
		{"errorRate + throttleRate + cutRate", f.ErrorRate + f.ThrottleRate + f.CutRate},
	} {
		if !(rate.value >= 0 && rate.value <= 1) {
			return fmt.Errorf("faults: %s is %v; it must be between 0 and 1", rate.name, rate.value)
		}
	}
	if f.Latency < 0 || f.RetryAfter < 0 || f.LateCallbacks < 0 {
		return fmt.Errorf("faults: a time is negative; use 0 or more")
	}
	for to, who := range f.Answers {
		if !slices.Contains(answersKnown(), who) {
			return fmt.Errorf("faults: answers of %.20q is %.20q; use one of %s", to, who, answersKnown())
		}
	}
	return nil
}

// any says whether anything is set.
func (f Faults) any() bool { return !reflect.ValueOf(f.withoutEmpty()).IsZero() }

// withoutEmpty makes empty lists none.
func (f Faults) withoutEmpty() Faults {
	if len(f.Refuse) == 0 {
		f.Refuse = nil
	}
	if len(f.Undelivered) == 0 {
		f.Undelivered = nil
	}
	if len(f.Answers) == 0 {
		f.Answers = nil
	}
	return f
}

func (f *faults) of(on channels.Name) Faults {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.by[on]
}

// draw returns the Faults of a channel and what they make of one request.
func (f *faults) draw(on channels.Name) (Faults, verdict) {
	f.mu.Lock()
	defer f.mu.Unlock()
	set := f.by[on]
	roll := f.dice.Float64()
	switch {
	case roll < set.CutRate:
		if f.dice.Float64() < set.CutLost {
			return set, cutLost
		}
		return set, cutTaken
	case roll < set.CutRate+set.ErrorRate:
		return set, fail
	case roll < set.CutRate+set.ErrorRate+set.ThrottleRate:
		return set, throttle
	}
	return set, behave
}

func (f *faults) hits(rate float64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dice.Float64() < rate
}

func (f *faults) shuffle(n int, swap func(i, j int)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dice.Shuffle(n, swap)
}
