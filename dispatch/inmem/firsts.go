package inmem

import (
	"encoding/binary"
	"time"

	"relais/dispatch"
)

// firsts holds the keys that were asked about for the first time in a part of
// the breaker's time, each with its delivery.
type firsts struct {
	keys, pairs bloom
	n, most     int // keys
	began, last time.Time
}

// A breaker's time has so many parts; each is forgotten as a whole.
const parts = 8

// Keys in one filter: one after a full one has room for twice as many.
const (
	fewestFirsts = 1 << 10
	mostFirsts   = 1 << 17
)

// newFirsts begins the filter that follows another, or the first one. A key that
// is taken for another counts once too often, so that happens to one in 50,000;
// a second delivery that is taken for the first counts once too seldom: one in 1,000.
func newFirsts(now time.Time, before *firsts) *firsts {
	most := fewestFirsts
	if before != nil {
		most = min(mostFirsts, max(fewestFirsts, 2*before.n))
	}
	return &firsts{keys: newBloom(most, 24, 10), pairs: newBloom(most, 16, 7), most: most, began: now}
}

func (f *firsts) full() bool { return f.n >= f.most }

func (f *firsts) add(like dispatch.Like, now time.Time) {
	f.keys.add(like.Key)
	f.pairs.add(pair(like))
	f.n, f.last = f.n+1, now
}

func (f *firsts) holds(key dispatch.LikeKey) bool { return f.keys.holds(key) }

// beganWith says whether a delivery was the first with its key.
func (f *firsts) beganWith(like dispatch.Like) bool {
	return f.keys.holds(like.Key) && f.pairs.holds(pair(like))
}

// pair is as good a hash of key and delivery as the key is of text and address: an
// id ends with a hash (subscribers.EntryKey), and a key's first bytes tell most.
func pair(like dispatch.Like) dispatch.LikeKey {
	both := like.Key
	for i, b := range like.ID.UUID {
		both[len(both)-1-i] ^= b
	}
	return both
}

// bloom is a set that may hold more than was added, and never less (Bloom, 1970).
type bloom struct {
	bits   []uint64
	probes int // bits of one key
}

// newBloom has room for so many keys, with so many bits for each.
func newBloom(keys, bits, probes int) bloom {
	return bloom{bits: make([]uint64, keys*bits/64), probes: probes}
}

func (b bloom) add(key dispatch.LikeKey) {
	for i := range b.probes {
		word, bit := b.at(key, i)
		b.bits[word] |= bit
	}
}

func (b bloom) holds(key dispatch.LikeKey) bool {
	for i := range b.probes {
		if word, bit := b.at(key, i); b.bits[word]&bit == 0 {
			return false
		}
	}
	return true
}

// at is the place of a key's i-th bit. A key is a hash already, so that its
// halves make as many places as are wanted (Kirsch and Mitzenmacher, 2006).
func (b bloom) at(key dispatch.LikeKey, i int) (word, bit uint64) {
	first, step := binary.LittleEndian.Uint64(key[:8]), binary.LittleEndian.Uint64(key[8:])|1
	n := (first + uint64(i)*step) % uint64(len(b.bits)*64)
	return n / 64, 1 << (n % 64)
}
