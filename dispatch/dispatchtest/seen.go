// Package dispatchtest holds the suites for the interfaces that package
// dispatch needs.
package dispatchtest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"relais/dispatch"
)

// SeenUnderTest is an implementation, and how time passes for it.
type SeenUnderTest struct {
	Seen dispatch.Seen
	// Short is a lease that the suite waits for: a fraction of a second where
	// only the real clock will do.
	Short time.Duration
	// Pass lets d go by; nil where only the real clock will do.
	Pass func(d time.Duration)
}

// long is a lease that does not end while a case runs.
const long = time.Hour

// patience is what each call, or each wait for the end of a lease, may take. It
// only ends runs that hang.
const patience = 20 * time.Second

func patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

// RunSeen tries everything that dispatch.Seen promises. It calls start once for
// each case; start cleans up with t.Cleanup. Several runs may share one server.
func RunSeen(t *testing.T, start func(t *testing.T) SeenUnderTest) {
	for _, c := range seenCases() {
		t.Run(c.name, func(t *testing.T) {
			if err := c.try(newSeenRun(start(t))); err != nil {
				t.Error(err)
			}
		})
	}
}

// seenCase is one promise. It returns what was broken, so that the suite's own
// test can see that it finds it.
type seenCase struct {
	name string
	try  func(r *seenRun) error
}

// seenRun is one case under way.
type seenRun struct {
	SeenUnderTest
	prefix string // keeps the keys of runs on one server apart
}

func newSeenRun(s SeenUnderTest) *seenRun {
	return &seenRun{SeenUnderTest: s, prefix: uuid.NewString()}
}

// keys makes n keys of this run that begin alike.
func (r *seenRun) keys(name string, n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("%s/%s/%d", r.prefix, name, i)
	}
	return keys
}

// claim checks every verdict of a claim.
func (r *seenRun) claim(owner string, keys []string, lease time.Duration, want ...dispatch.Verdict) error {
	ctx, cancel := patient()
	defer cancel()
	got, err := r.Seen.Claim(ctx, owner, keys, lease)
	if err != nil {
		return fmt.Errorf("claim for %s: %w", owner, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("claim for %s (-want +got):\n%s", owner, diff)
	}
	return nil
}

func (r *seenRun) done(keys []string, ttl time.Duration) error {
	ctx, cancel := patient()
	defer cancel()
	if err := r.Seen.Done(ctx, keys, ttl); err != nil {
		return fmt.Errorf("done: %w", err)
	}
	return nil
}

func (r *seenRun) release(owner string, keys []string) error {
	ctx, cancel := patient()
	defer cancel()
	if err := r.Seen.Release(ctx, owner, keys); err != nil {
		return fmt.Errorf("release for %s: %w", owner, err)
	}
	return nil
}

// untilFree lets Short go by and claims keys again and again, until owner has
// them all.
func (r *seenRun) untilFree(owner string, keys []string) error {
	ctx, cancel := patient()
	defer cancel()
	if r.Pass != nil {
		r.Pass(r.Short)
	}
	for {
		got, err := r.Seen.Claim(ctx, owner, keys, long)
		if err != nil {
			return fmt.Errorf("claim for %s: %w", owner, err)
		}
		free := true
		for _, verdict := range got {
			free = free && verdict == dispatch.Claimed
		}
		if free {
			return nil
		}
		if r.Pass != nil {
			return fmt.Errorf("after %s: %s got %q, want every key", r.Short, owner, got)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("a lease of %s does not end: %s got %q", r.Short, owner, got)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// all returns n times the same verdict.
func all(verdict dispatch.Verdict, n int) []dispatch.Verdict {
	verdicts := make([]dispatch.Verdict, n)
	for i := range verdicts {
		verdicts[i] = verdict
	}
	return verdicts
}

// steps runs one after the other and stops at the first that fails.
func steps(all ...func() error) error {
	for i, step := range all {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

// BenchmarkSeen claims and finishes b.N keys in jobs of 500, as dispatch does.
func BenchmarkSeen(b *testing.B, seen dispatch.Seen) {
	r := newSeenRun(SeenUnderTest{Seen: seen})
	const job = 500
	keys := r.keys("bench", b.N)
	b.ReportAllocs()
	b.ResetTimer()
	for len(keys) > 0 {
		n := min(job, len(keys))
		verdicts, err := seen.Claim(b.Context(), "node-a", keys[:n], time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		if slices.ContainsFunc(verdicts, func(v dispatch.Verdict) bool { return v != dispatch.Claimed }) {
			b.Fatal("a fresh key was not claimed")
		}
		if err := seen.Done(b.Context(), keys[:n], time.Minute); err != nil {
			b.Fatal(err)
		}
		keys = keys[n:]
	}
}
