// Package inmem keeps dispatch.Seen in memory, for a Relais that runs alone.
// What it knows ends with the process; the ledger does not.
package inmem

import (
	"context"
	"sync"
	"time"

	"relais/dispatch"
)

// Seen implements dispatch.Seen. It is safe for use from many goroutines.
type Seen struct {
	clock func() time.Time

	mu      sync.Mutex
	entries map[string]entry // claims
	purgeAt int              // how many entries there may be before the ended ones go
	purged  time.Time        // when they last went

	done, older map[string]time.Time // keys that are done, until when
}

// entry is a claim.
type entry struct {
	owner string
	ends  time.Time
}

// maxDone is half of how many keys that are done are kept: the newest. A day of
// them would take gigabytes on a busy node (docs/reliability.md, Soak); of one
// that is forgotten the ledger's own claim decides, which costs a row read.
const maxDone = 20_000

var _ dispatch.Seen = (*Seen)(nil)

// Bounds of what is kept: entries that have ended go when the map has doubled
// since they last went, and at the first call after purgeEvery.
const (
	purgeFloor = 1024
	purgeEvery = 10 * time.Minute
)

// New returns an empty Seen that reads the time from clock.
func New(clock func() time.Time) *Seen {
	return &Seen{clock: clock, entries: make(map[string]entry), done: make(map[string]time.Time), purgeAt: purgeFloor, purged: clock()}
}

// Claim implements dispatch.Seen. It returns no error.
func (s *Seen) Claim(_ context.Context, owner string, keys []string, lease time.Duration) ([]dispatch.Verdict, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.purge(now)
	verdicts := make([]dispatch.Verdict, len(keys))
	for i, key := range keys {
		verdicts[i] = s.verdict(owner, key, now)
		if verdicts[i] == dispatch.Claimed {
			s.entries[key] = entry{owner: owner, ends: now.Add(lease)}
		}
	}
	return verdicts, nil
}

func (s *Seen) verdict(owner, key string, now time.Time) dispatch.Verdict {
	if until, done := s.doneUntil(key); done && now.Before(until) {
		return dispatch.Finished
	}
	e, ok := s.entries[key]
	switch {
	case !ok || e.ended(now):
		return dispatch.Claimed
	case e.owner != owner:
		return dispatch.Busy
	}
	return dispatch.Claimed
}

func (s *Seen) doneUntil(key string) (until time.Time, done bool) {
	if until, done = s.done[key]; !done {
		until, done = s.older[key]
	}
	return until, done
}

// Done implements dispatch.Seen. It returns no error.
func (s *Seen) Done(_ context.Context, keys []string, ttl time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.purge(now)
	for _, key := range keys {
		delete(s.entries, key)
		if len(s.done) >= maxDone {
			s.done, s.older = make(map[string]time.Time), s.done
		}
		s.done[key] = now.Add(ttl)
	}
	return nil
}

// Release implements dispatch.Seen. It returns no error.
func (s *Seen) Release(_ context.Context, owner string, keys []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if e, ok := s.entries[key]; ok && e.owner == owner {
			delete(s.entries, key)
		}
	}
	return nil
}

func (e entry) ended(now time.Time) bool { return !now.Before(e.ends) }

// purge moves what has not ended to a new map, for a map never gives memory back.
func (s *Seen) purge(now time.Time) {
	if len(s.entries) < s.purgeAt && now.Sub(s.purged) < purgeEvery {
		return
	}
	kept := make(map[string]entry)
	for key, e := range s.entries {
		if !e.ended(now) {
			kept[key] = e
		}
	}
	s.entries, s.purged = kept, now
	s.purgeAt = max(purgeFloor, 2*len(kept))
}
