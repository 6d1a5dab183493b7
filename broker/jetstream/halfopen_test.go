package jetstream

import (
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The way to NATS swallows what it is given, both ways, and tells nobody: as
// when the other machine lost its power. Events are read again on a new
// connection, well before the client's own defaults would find out.
func TestAConnectionThatLeadsNowhereIsReplaced(t *testing.T) {
	server := openBroker(t, Config{Listen: "127.0.0.1:0", StoreDir: t.TempDir()})
	way := newWay(t, server.URL())
	b := openBroker(t, Config{URL: way.url()})
	got := make(chan string, 8)
	s := consume(t, b, route(), nil, handedOut(got))
	defer drain(t, s)
	publish(t, server, "before")
	nextOf(t, got, "an event before the way is dead")

	way.dies()
	publish(t, server, "after")
	select {
	case <-got:
	case <-time.After(time.Minute): // six minutes by the client's defaults
		t.Error("an event that was published behind a dead connection was not handed out")
	}
}

// way is a TCP proxy to the server.
type way struct {
	listener net.Listener
	target   string

	mu   sync.Mutex
	dead *atomic.Bool // of the connections made since the last death
	open []net.Conn
}

func newWay(t *testing.T, server string) *way {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &way{listener: l, target: u.Host, dead: new(atomic.Bool)}
	var carriers sync.WaitGroup
	carriers.Go(func() { w.serve(&carriers) })
	t.Cleanup(func() {
		_ = l.Close()
		w.mu.Lock()
		for _, c := range w.open {
			_ = c.Close()
		}
		w.mu.Unlock()
		carriers.Wait()
	})
	return w
}

func (w *way) url() string { return "nats://" + w.listener.Addr().String() }

func (w *way) serve(carriers *sync.WaitGroup) {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return // closed
		}
		server, err := net.Dial("tcp", w.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		w.mu.Lock()
		dead := w.dead
		w.open = append(w.open, client, server)
		w.mu.Unlock()
		carriers.Go(func() { carry(client, server, dead) })
		carriers.Go(func() { carry(server, client, dead) })
	}
}

func carry(from io.Reader, to io.Writer, dead *atomic.Bool) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if dead.Load() {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// dies lets every connection of now lead nowhere; new ones work.
func (w *way) dies() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead.Store(true)
	w.dead = new(atomic.Bool)
}
