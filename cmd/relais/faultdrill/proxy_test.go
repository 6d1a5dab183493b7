//go:build linux

package faultdrill

import (
	"net"
	"sync"
	"testing"
	"time"
)

// link is a TCP proxy that can be cut, slowed down, stalled and left half open.
type link struct {
	listener net.Listener
	targets  []string

	mu      sync.Mutex
	pairs   map[*pair]bool
	delay   time.Duration
	down    bool
	flowing chan struct{} // closed: bytes may pass
	turn    int
}

// pair is one connection through the link.
type pair struct {
	client, server net.Conn
	dead           chan struct{} // closed: what comes is swallowed, and nobody is told
}

func newLink(t *testing.T, targets ...string) *link {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &link{listener: l, targets: targets, pairs: make(map[*pair]bool), flowing: make(chan struct{})}
	close(p.flowing)
	go p.serve()
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
	})
	return p
}

func (l *link) address() string { return l.listener.Addr().String() }

func (l *link) serve() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return // closed
		}
		go l.join(client)
	}
}

// join connects a client with the next target that answers, as a load balancer does.
func (l *link) join(client net.Conn) {
	l.mu.Lock()
	down, turn := l.down, l.turn
	l.turn++
	l.mu.Unlock()
	for i := 0; i < len(l.targets) && !down; i++ {
		server, err := net.Dial("tcp", l.targets[(turn+i)%len(l.targets)])
		if err != nil {
			continue
		}
		p := &pair{client, server, make(chan struct{})}
		l.mu.Lock()
		l.pairs[p] = true
		l.mu.Unlock()
		go l.carry(p, client, server)
		go l.carry(p, server, client)
		return
	}
	_ = client.Close()
}

func (l *link) carry(p *pair, from, to net.Conn) {
	defer l.end(p)
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		l.mu.Lock()
		delay, flowing := l.delay, l.flowing
		l.mu.Unlock()
		time.Sleep(delay)
		<-flowing
		select {
		case <-p.dead:
			continue
		default:
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (l *link) end(p *pair) {
	select {
	case <-p.dead: // half open: neither side hears of the other's end
		return
	default:
	}
	l.mu.Lock()
	delete(l.pairs, p)
	l.mu.Unlock()
	_ = p.client.Close()
	_ = p.server.Close()
}

// cut ends every connection at once, with RST.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.pairs {
		for _, conn := range []net.Conn{p.client, p.server} {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
		}
		delete(l.pairs, p)
	}
}

// halfOpen lets every connection of now lead nowhere, for good: as when the
// other machine lost its power. New ones work.
func (l *link) halfOpen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.pairs {
		select {
		case <-p.dead:
		default:
			close(p.dead)
		}
	}
}

func (l *link) stall(span time.Duration) {
	flowing := make(chan struct{})
	l.mu.Lock()
	l.flowing = flowing
	l.mu.Unlock()
	time.Sleep(span)
	close(flowing)
}

func (l *link) slow(by, span time.Duration) {
	l.set(func() { l.delay = by })
	time.Sleep(span)
	l.set(func() { l.delay = 0 })
}

// refuse closes what comes, for a while: a server that is down.
func (l *link) refuse(span time.Duration) {
	l.set(func() { l.down = true })
	l.cut()
	time.Sleep(span)
	l.set(func() { l.down = false })
}

func (l *link) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}
