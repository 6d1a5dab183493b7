package push

import (
	"crypto/ecdh"
	"sync"
	"time"
)

const (
	maxAhead    = 20_000                 // agreements kept, about 5 MB
	aheadAfter  = 500 * time.Millisecond // without a call, before any is made
	aheadAtOnce = 40                     // made, about 3 ms of one processor,
	aheadPause  = 10 * time.Millisecond  // between two of these pauses
)

// ahead makes agreements in idle time with the browsers that were written to,
// for the next message to each: the curve takes two thirds of the time of a call.
// Each is used once (RFC 8291, 3.1), and none outlives the process. Browsers
// beyond maxAhead, and all of them after a start, get theirs on the spot.
type ahead struct {
	mu      sync.Mutex
	made    map[device]agreement
	wanted  []*ecdh.PublicKey
	last    time.Time   // call
	timer   *time.Timer // begins to make them; nil before the first call
	closed  bool
	working sync.WaitGroup
}

// device is a browser's public key.
type device [publicKeyLen]byte

func deviceOf(key *ecdh.PublicKey) device { return device(key.Bytes()) }

func newAhead() *ahead { return &ahead{made: make(map[device]agreement)} }

// agree returns an agreement that nobody has used: one made ahead, or a new one.
func (a *ahead) agree(with *ecdh.PublicKey) (agreement, error) {
	if made, ok := a.take(with); ok {
		return made, nil
	}
	return agreeFresh(with)
}

// take hands out the one made for a browser, and notes that the next one is wanted.
func (a *ahead) take(with *ecdh.PublicKey) (agreement, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	made, ok := a.made[deviceOf(with)]
	delete(a.made, deviceOf(with))
	if a.closed {
		return made, ok
	}
	if len(a.made)+len(a.wanted) < maxAhead {
		a.wanted = append(a.wanted, with)
	}
	a.last = time.Now()
	if a.timer == nil {
		a.timer = time.AfterFunc(aheadAfter, a.begin)
	} else {
		a.timer.Reset(aheadAfter)
	}
	return made, ok
}

// begin makes what is wanted until the next call, which begins the wait anew.
func (a *ahead) begin() {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return
	}
	a.working.Add(1)
	a.mu.Unlock()
	defer a.working.Done()
	for a.some() {
		time.Sleep(aheadPause)
	}
}

// some makes a few, and says whether there is more to do and time for it.
func (a *ahead) some() bool {
	for range aheadAtOnce {
		with, ok := a.next()
		if !ok {
			return false
		}
		made, err := agreeFresh(with)
		if err != nil { // it will be said by the call
			continue
		}
		a.mu.Lock()
		a.made[deviceOf(with)] = made
		a.mu.Unlock()
	}
	return true
}

// next returns a browser that has none, unless calls are being made.
func (a *ahead) next() (*ecdh.PublicKey, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for !a.closed && len(a.wanted) > 0 && time.Since(a.last) >= aheadAfter {
		with := a.wanted[len(a.wanted)-1]
		a.wanted = a.wanted[:len(a.wanted)-1]
		if _, has := a.made[deviceOf(with)]; !has {
			return with, true
		}
	}
	return nil, false
}

// close forgets them all, and returns when nobody makes any more.
func (a *ahead) close() {
	a.mu.Lock()
	a.closed = true
	a.wanted = nil
	clear(a.made)
	if a.timer != nil {
		a.timer.Stop()
	}
	a.mu.Unlock()
	a.working.Wait()
}
