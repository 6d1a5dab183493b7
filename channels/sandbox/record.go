package sandbox

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync"

	"relais/channels"
)

// record is what the sandbox took: the newest keep messages whole, all of them
// as counters. A million messages cost it about 20 MB beside the kept ones.
type record struct {
	keep int
	seed maphash.Seed

	mu       sync.Mutex
	ring     []taken // message n stands at (n-1) % keep
	total    int
	counts   map[channels.Name]int
	copies   map[uint64]uint16 // by hash of channel, recipient and message
	repeats  int
	topics   map[string]int // push topic of a recipient → its newest kept message
	watchers map[int]func(Item)
	watchID  int
	changed  chan struct{} // closed at the next change; nil while nobody waits
}

// taken is one kept message. A mail stays as it came until somebody looks, for
// parsing it costs more than taking it.
type taken struct {
	item     Item
	mail     []byte // the raw message, for email
	topic    string // recipient and Topic, for push
	replaces int    // the number of the push whose place it took, or 0
}

func (t taken) read() Item {
	if t.mail == nil {
		return t.item
	}
	return parseMail(t.item, t.mail)
}

func newRecord(keep int) *record {
	return &record{
		keep:     keep,
		seed:     maphash.MakeSeed(),
		counts:   make(map[channels.Name]int),
		copies:   make(map[uint64]uint16),
		topics:   make(map[string]int),
		watchers: make(map[int]func(Item)),
	}
}

// add records a message, gives it its number and tells the watchers.
func (r *record) add(t taken) {
	r.mu.Lock()
	r.total++
	t.item.N = r.total
	r.count(t.item)
	r.store(t)
	watchers := slices.Collect(maps.Values(r.watchers))
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
	r.mu.Unlock()

	if len(watchers) == 0 {
		return
	}
	item := t.read()
	for _, watch := range watchers {
		watch(item)
	}
}

func (r *record) count(it Item) {
	r.counts[it.Channel]++
	key := r.key(it.Channel, it.To, it.what())
	if r.copies[key] > 0 {
		r.repeats++
	}
	if r.copies[key] < 1<<16-1 {
		r.copies[key]++
	}
}

// store puts a message in the place of the oldest, and marks the push that it replaces.
func (r *record) store(t taken) {
	if t.topic != "" {
		if older, ok := r.topics[t.topic]; ok {
			r.ring[(older-1)%r.keep].item.Replaced = true
			t.replaces = older
		}
		r.topics[t.topic] = t.item.N
	}
	if len(r.ring) < r.keep {
		r.ring = append(r.ring, t)
		return
	}
	place := &r.ring[(t.item.N-1)%r.keep]
	if out := *place; out.topic != "" && r.topics[out.topic] == out.item.N {
		delete(r.topics, out.topic)
	}
	*place = t
}

func (r *record) key(on channels.Name, to, what string) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	for _, part := range []string{string(on), to, what} {
		_, _ = h.WriteString(part) // never fails
		_ = h.WriteByte(0)         // never fails
	}
	return h.Sum64()
}

// newest returns up to limit kept messages that match, newest first, as they
// stand in the ring.
func (r *record) newest(limit int, match func(Item) bool) []taken {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []taken
	for n := r.total; n > r.total-len(r.ring) && len(found) < limit; n-- {
		if t := r.ring[(n-1)%r.keep]; match(t.item) {
			found = append(found, t)
		}
	}
	return found
}

// get returns message n, if it is still kept.
func (r *record) get(n int) (Item, bool) {
	r.mu.Lock()
	if n < 1 || n > r.total || n <= r.total-len(r.ring) {
		r.mu.Unlock()
		return Item{}, false
	}
	t := r.ring[(n-1)%r.keep]
	r.mu.Unlock()
	return t.read(), true
}

// change returns a channel that is closed when the next message has been recorded.
func (r *record) change() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	return r.changed
}

// watch calls fn for each message until the returned function is called.
func (r *record) watch(fn func(Item)) (stop func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watchID++
	id := r.watchID
	r.watchers[id] = fn
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.watchers, id)
	}
}

// last returns the number of the newest message, 0 if there is none.
func (r *record) last() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total
}
