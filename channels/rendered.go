package channels

import "sync"

// Rendered keeps what was made of contents, by their Key and whatever else it
// depends on: a message says the same to thousands. It forgets the oldest. It is
// safe for use from many goroutines.
type Rendered[K comparable, V any] struct {
	mu    sync.RWMutex
	byKey map[K]V
	order []K // as they came; oldest at next, once full
	next  int
}

// NewRendered has room for so many.
func NewRendered[K comparable, V any](most int) *Rendered[K, V] {
	return &Rendered[K, V]{byKey: make(map[K]V, most), order: make([]K, 0, most)}
}

// Get returns what is kept.
func (r *Rendered[K, V]) Get(k K) (V, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	v, ok := r.byKey[k]
	return v, ok
}

// Put keeps v, unless somebody else was first: theirs says the same.
func (r *Rendered[K, V]) Put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.byKey[k]; ok {
		return
	}
	if len(r.order) < cap(r.order) {
		r.order = append(r.order, k)
	} else {
		delete(r.byKey, r.order[r.next])
		r.order[r.next] = k
		r.next = (r.next + 1) % len(r.order)
	}
	r.byKey[k] = v
}
