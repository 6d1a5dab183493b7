package inmem

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/channels"
	"relais/dispatch"
	"relais/dispatch/dispatchtest"
)

func TestBreaker(t *testing.T) {
	dispatchtest.RunBreaker(t, func(*testing.T) dispatch.Breaker { return NewBreaker() })
}

// breakerRun asks one breaker about deliveries with different keys.
type breakerRun struct {
	t     *testing.T
	b     *Breaker
	now   time.Time
	limit dispatch.LoopLimit
}

func newBreakerRun(t *testing.T) *breakerRun {
	return &breakerRun{t: t, b: NewBreaker(), now: time.Unix(1_800_000_000, 0), limit: dispatch.LoopLimit{Most: 5, Within: time.Minute}}
}

// ask asks about another delivery with the i-th key.
func (r *breakerRun) ask(i int) bool {
	r.t.Helper()
	hash := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
	passed, err := r.b.Pass(r.t.Context(), []dispatch.Like{{Key: dispatch.LikeKey(hash[:16]), ID: channels.DeliveryID{UUID: uuid.New()}}}, r.now, r.limit)
	if err != nil {
		r.t.Fatal(err)
	}
	return passed[0]
}

// kept is how many bytes of filters, and how many histories, it holds.
func (r *breakerRun) kept() (filters, histories int) {
	for _, f := range r.b.firsts {
		filters += 8 * (len(f.keys.bits) + len(f.pairs.bits))
	}
	return filters, len(r.b.again) + len(r.b.older)
}

func TestBreakerForgetsWhatRests(t *testing.T) {
	r := newBreakerRun(t)
	const perMinute = 4096
	for i := range 20 * perMinute {
		r.ask(i / 2) // each twice, so that it has a history
		r.now = r.now.Add(time.Minute / perMinute)
	}
	filters, histories := r.kept()
	if filters > 256<<10 || histories > 2*perMinute {
		t.Errorf("%d bytes and %d histories are kept, want 256 kB and those of two minutes at most", filters, histories)
	}
}

// A message to very many people: nobody is stopped, and what is kept is small.
func TestAddressesTakeAFewBytesEach(t *testing.T) {
	r := newBreakerRun(t)
	const people = 200_000
	for i := range people {
		if !r.ask(i) {
			t.Fatalf("address %d was stopped", i)
		}
		r.now = r.now.Add(time.Minute / (2 * people))
	}
	filters, histories := r.kept()
	if filters > 10*people || histories > people/1000 {
		t.Errorf("%d bytes and %d histories are kept for %d people, want 10 bytes each and a history for one in a thousand", filters, histories, people)
	}
}

// Of a loop to very many, the newest are known.
func TestHistoriesHaveABound(t *testing.T) {
	r := newBreakerRun(t)
	const looping = 3 * maxAgain
	for i := range 2 * looping {
		r.ask(i % looping)
		r.now = r.now.Add(time.Minute / (4 * looping))
	}
	if _, histories := r.kept(); histories > 2*maxAgain {
		t.Errorf("%d histories are kept, want %d at most", histories, 2*maxAgain)
	}
}

// A loop to thousands is stopped at nearly each of them after the fifth time, in
// the middle of other messages; one in a thousand may be taken for another.
func TestALoopToThousandsStops(t *testing.T) {
	r := newBreakerRun(t)
	const looping = 3000
	other := looping
	for round := range 8 {
		wrong := 0
		for i := range looping {
			if r.ask(i) != (round < 5) {
				wrong++
			}
			for range 3 {
				r.ask(other)
				other++
			}
		}
		if wrong > looping/100 {
			t.Errorf("round %d: %d of %d addresses got the wrong answer", round, wrong, looping)
		}
		r.now = r.now.Add(5 * time.Second)
	}
}
