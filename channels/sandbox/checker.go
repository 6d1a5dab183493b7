package sandbox

import (
	"maps"
	"math"
	"slices"

	"relais/channels"
)

// Taken returns the kept messages, oldest first.
func (s *Sandbox) Taken() []Item {
	kept := s.record.newest(math.MaxInt, func(Item) bool { return true })
	items := make([]Item, len(kept))
	for i, t := range kept {
		items[len(kept)-1-i] = t.read()
	}
	return items
}

// Count returns how many messages a channel took since the start, kept or not.
func (s *Sandbox) Count(on channels.Name) int {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return s.record.counts[on]
}

// Totals returns Count for every channel that took something.
func (s *Sandbox) Totals() map[channels.Name]int {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return maps.Clone(s.record.counts)
}

// Counts groups the kept messages by key and counts each group.
func (s *Sandbox) Counts(key func(Item) string) map[string]int {
	counts := make(map[string]int)
	for _, item := range s.Taken() {
		counts[key(item)]++
	}
	return counts
}

// CopiesOf returns how often one recipient was sent one message, since the
// start. what is the delivery's id if the request held it (in the SMS's
// StatusCallback, the mail's Message-ID, the push's payload or Topic); else the
// SMS's body, the Message-ID, or the push's payload.
func (s *Sandbox) CopiesOf(on channels.Name, to, what string) int {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return int(s.record.copies[s.record.key(on, to, what)])
}

// Repeats returns how many messages were further copies of one that the same
// recipient had before, as CopiesOf counts them.
func (s *Sandbox) Repeats() int {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return s.record.repeats
}

// OnItem calls watch for each message after it was recorded, until stop is
// called. Calls come from many goroutines, in no fixed order, and hold up the
// answer to the sender: watch must be quick.
func (s *Sandbox) OnItem(watch func(Item)) (stop func()) { return s.record.watch(watch) }

// Name tells the outbox who stands behind an address, so that it can show a
// name beside a number.
func (s *Sandbox) Name(to, person string) {
	s.people.mu.Lock()
	defer s.people.mu.Unlock()
	s.people.names[to] = person
}

// recipients lists to whom kept messages went, by name where it is known.
func (s *Sandbox) recipients() []string {
	seen := make(map[string]bool)
	for _, t := range s.record.newest(math.MaxInt, func(Item) bool { return true }) {
		seen[s.people.label(t.item)] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
