// Package breaktest breaks what lies between our programs and the servers that
// they use, for tests: ways that are cut, slow or half open, and full disks.
package breaktest

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// Way is a TCP proxy that can be cut, slowed down, stalled and left half open.
type Way struct {
	listener net.Listener
	targets  []string

	mu      sync.Mutex
	pairs   map[*pair]bool
	delay   time.Duration
	down    bool
	deaf    bool          // every connection swallows what comes
	flowing chan struct{} // closed: bytes may pass
	turn    int

	carriers sync.WaitGroup
}

// pair is one connection through the way.
type pair struct {
	client, server net.Conn
	dead           chan struct{} // closed: what comes is swallowed, and nobody is told
}

// NewWay is a way to the first of its targets that answers; they take turns. It
// ends with the test.
func NewWay(t *testing.T, targets ...string) *Way {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Way{listener: l, targets: targets, pairs: make(map[*pair]bool), flowing: make(chan struct{})}
	close(w.flowing)
	w.carriers.Go(func() { w.serve(t.Context()) })
	t.Cleanup(func() {
		_ = l.Close()
		w.set(func() { w.down = true })
		w.Cut()
		w.carriers.Wait()
	})
	return w
}

// Address is where the way begins.
func (w *Way) Address() string { return w.listener.Addr().String() }

func (w *Way) serve(ctx context.Context) {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return // closed
		}
		w.carriers.Go(func() { w.join(ctx, client) })
	}
}

// join connects a client with the next target that answers, as a load balancer does.
func (w *Way) join(ctx context.Context, client net.Conn) {
	w.mu.Lock()
	down, turn := w.down, w.turn
	w.turn++
	w.mu.Unlock()
	for i := 0; i < len(w.targets) && !down; i++ {
		server, err := (&net.Dialer{}).DialContext(ctx, "tcp", w.targets[(turn+i)%len(w.targets)])
		if err != nil {
			continue
		}
		w.pair(client, server)
		return
	}
	_ = client.Close()
}

func (w *Way) pair(client, server net.Conn) {
	p := &pair{client, server, make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down { // since it was asked for
		_ = client.Close()
		_ = server.Close()
		return
	}
	w.pairs[p] = true
	w.carriers.Go(func() { w.carry(p, client, server) })
	w.carriers.Go(func() { w.carry(p, server, client) })
}

func (w *Way) carry(p *pair, from, to net.Conn) {
	defer w.end(p)
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		w.mu.Lock()
		delay, flowing := w.delay, w.flowing
		w.mu.Unlock()
		time.Sleep(delay)
		<-flowing
		if w.swallows(p) {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (w *Way) swallows(p *pair) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-p.dead:
		return true
	default:
		return w.deaf
	}
}

func (w *Way) end(p *pair) {
	if w.swallows(p) { // neither side hears of the other's end
		return
	}
	w.mu.Lock()
	delete(w.pairs, p)
	w.mu.Unlock()
	_ = p.client.Close()
	_ = p.server.Close()
}

// Cut ends every connection at once, with RST.
func (w *Way) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for p := range w.pairs {
		for _, conn := range []net.Conn{p.client, p.server} {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
		}
		delete(w.pairs, p)
	}
}

// HalfOpen lets every connection of now lead nowhere, for good: as when the
// other machine lost its power. New ones work.
func (w *Way) HalfOpen() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for p := range w.pairs {
		select {
		case <-p.dead:
		default:
			close(p.dead)
		}
	}
}

// Deaf says whether every connection, of now and those to come, swallows what it
// is given.
func (w *Way) Deaf(deaf bool) { w.set(func() { w.deaf = deaf }) }

// Stall lets no byte pass for a while.
func (w *Way) Stall(span time.Duration) {
	flowing := make(chan struct{})
	w.mu.Lock()
	w.flowing = flowing
	w.mu.Unlock()
	time.Sleep(span)
	close(flowing)
}

// Slow lets bytes pass so much later, for a while.
func (w *Way) Slow(by, span time.Duration) {
	w.set(func() { w.delay = by })
	time.Sleep(span)
	w.set(func() { w.delay = 0 })
}

// Refuse closes what comes, for a while: a server that is down.
func (w *Way) Refuse(span time.Duration) {
	w.set(func() { w.down = true })
	w.Cut()
	time.Sleep(span)
	w.set(func() { w.down = false })
}

func (w *Way) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}
