package store

import (
	"sync"

	"relais/subscribers"
)

// understood remembers what texts of the database mean: reading YAML takes a
// hundred times as long as finding it, and a zone's thousand partnerships keep a
// handful of rules. A text means the same for ever, so nothing here grows old.
// What is returned shares its slices and must not be changed.
type understood struct {
	partnerships meanings[subscribers.Partnership]
	plans        meanings[subscribers.Plan]
	rules        meanings[subscribers.Rule]
}

// mostMeanings bounds each kind; beyond it everything is forgotten and read anew.
const mostMeanings = 4096

// meanings are what was read, by its text. It may be used by many goroutines.
type meanings[T any] struct {
	mu    sync.Mutex
	known map[string]T
}

func (m *meanings[T]) of(text string) (T, error) {
	m.mu.Lock()
	known, ok := m.known[text]
	m.mu.Unlock()
	if ok {
		return known, nil
	}
	var read T
	if err := fromYAML(text, &read); err != nil {
		return read, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= mostMeanings {
		m.known = make(map[string]T)
	}
	m.known[text] = read
	return read, nil
}
