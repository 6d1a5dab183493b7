package dispatchtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"relais/dispatch"
)

// race lets two owners claim the same 1000 keys, each from four goroutines, in
// any order and in jobs of any size. Every key must go to exactly one of them.
func race(r *seenRun) error {
	seed, err := seed()
	if err != nil {
		return err
	}
	keys := r.keys("race", 1000)
	won := newWinners()
	var wg sync.WaitGroup
	for _, owner := range []string{nodeA, nodeB} {
		for worker := range uint64(4) {
			random := rand.New(rand.NewPCG(seed, worker<<8|uint64(owner[len(owner)-1])))
			wg.Go(func() { won.addError(claimInJobs(r, owner, keys, random, won)) })
		}
	}
	wg.Wait()
	if err := won.check(keys); err != nil {
		return fmt.Errorf("with RELAIS_SEED=%d: %w", seed, err)
	}
	return nil
}

// seed is new for each run, or that of RELAIS_SEED to see a run again.
func seed() (uint64, error) {
	text := os.Getenv("RELAIS_SEED")
	if text == "" {
		return uint64(time.Now().UnixNano()), nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read RELAIS_SEED: %w", err)
	}
	return n, nil
}

func claimInJobs(r *seenRun, owner string, keys []string, random *rand.Rand, won *winners) error {
	ctx, cancel := patient()
	defer cancel()
	keys = slices.Clone(keys)
	random.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	for len(keys) > 0 {
		n := min(1+random.IntN(250), len(keys))
		verdicts, err := r.Seen.Claim(ctx, owner, keys[:n], long)
		if err != nil {
			return fmt.Errorf("claim for %s: %w", owner, err)
		}
		if len(verdicts) != n {
			return fmt.Errorf("claim for %s: got %d verdicts for %d keys", owner, len(verdicts), n)
		}
		won.add(owner, keys[:n], verdicts)
		keys = keys[n:]
	}
	return nil
}

// winners notes who was given what.
type winners struct {
	mu   sync.Mutex
	of   map[string]map[string]bool // key → owners
	errs []error
}

func newWinners() *winners { return &winners{of: make(map[string]map[string]bool)} }

func (w *winners) add(owner string, keys []string, verdicts []dispatch.Verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, key := range keys {
		if verdicts[i] != dispatch.Claimed {
			continue
		}
		if w.of[key] == nil {
			w.of[key] = make(map[string]bool)
		}
		w.of[key][owner] = true
	}
}

func (w *winners) addError(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errs = append(w.errs, err)
}

func (w *winners) check(keys []string) error {
	if err := errors.Join(w.errs...); err != nil {
		return err
	}
	for _, key := range keys {
		if n := len(w.of[key]); n != 1 {
			return fmt.Errorf("%s was given to %d owners, want one", key, n)
		}
	}
	return nil
}
