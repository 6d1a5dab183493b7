package jetstream

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"relais/broker"
)

func TestDrainFinishesWhatRunsAndLeavesTheRest(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		c := route()
		c.InFlight = 1
		started, finish := make(chan string, 10), make(chan struct{})
		s := consume(t, b, c, newGraves(0), func(ctx context.Context, e broker.Event) error {
			started <- e.ID
			<-finish
			return ctx.Err() // a drain does not cancel it
		})
		publish(t, b, "a", "b", "c")
		nextOf(t, started, "event")
		drained := make(chan error, 1)
		go func() { drained <- s.Drain(t.Context()) }()
		close(finish)
		if err := nextOf(t, drained, "end of the drain"); err != nil {
			t.Fatalf("Drain: %v", err)
		}
		// The server counts what was handed back a moment later.
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			got, err := b.Depth(t.Context(), "route")
			if err == nil && got == 2-len(started) {
				return
			}
			if err != nil || time.Now().After(deadline) {
				t.Fatalf("%d events are left, error %v; want %d", got, err, 2-len(started))
			}
		}
	})
}

// AckWait is an hour: an event that the drain kept would never come in time.
func TestDrainUnderLoadHandsEverythingOn(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		c := route()
		c.AckWait, c.MaxDeliver = time.Hour, 50
		b := openBroker(t, cfg)
		want := numbered(300)
		var events []broker.Event
		for _, id := range want {
			events = append(events, broker.Event{Subject: demo, ID: id, Data: []byte("{}")})
		}
		if err := b.PublishAll(t.Context(), events); err != nil { // so that there is always one on its way
			t.Fatal(err)
		}
		handled := make(chan string, 1000)
		var got []string
		for len(got) < len(want) {
			s := consume(t, b, c, newGraves(0), func(_ context.Context, e broker.Event) error { handled <- e.ID; return nil })
			for range min(20, len(want)-len(got)) {
				got = append(got, nextOf(t, handled, "event"))
			}
			drain(t, s)
			for len(handled) > 0 {
				got = append(got, <-handled)
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func TestDrainThatRunsOutOfTimeCancelsAndLosesNothing(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		c := route()
		c.MaxDeliver = 1 // not even the last attempt is buried by a shutdown
		started, g := make(chan struct{}, 1), newGraves(0)
		s := consume(t, b, c, g, func(ctx context.Context, _ broker.Event) error {
			started <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		})
		publish(t, b, "slow")
		nextOf(t, started, "event")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Drain(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Drain: %v, want that it was cut short", err)
		}
		drain(t, s)
		if len(g.letters) != 0 || inStream(t, b, "RELAIS_MESSAGE") != 1 {
			t.Error("the event is not in the stream any more")
		}
	})
}

func TestTwoBrokersShareTheWork(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		ids := numbered(100)
		var mu sync.Mutex
		counts := make(map[string]int)
		handled := make(chan struct{}, 2*len(ids))
		both := make(chan struct{})
		var first sync.WaitGroup
		first.Add(2)
		go func() { first.Wait(); close(both) }()
		for range 2 {
			var once sync.Once
			b := openBroker(t, cfg)
			c := route()
			c.InFlight = 1
			consume(t, b, c, newGraves(0), func(_ context.Context, e broker.Event) error {
				once.Do(first.Done)
				<-both // each has one in hand
				mu.Lock()
				counts[e.ID]++
				mu.Unlock()
				handled <- struct{}{}
				return nil
			})
		}
		b := openBroker(t, cfg)
		publish(t, b, ids...)
		for range ids {
			nextOf(t, handled, "event")
		}
		emptied(t, b, "route")
		mu.Lock()
		defer mu.Unlock()
		for _, id := range ids {
			if counts[id] != 1 {
				t.Errorf("%s was handled %d times, want once", id, counts[id])
			}
		}
	})
}

func TestServerComesBack(t *testing.T) {
	inside := Config{Listen: "127.0.0.1:0", StoreDir: t.TempDir()}
	server := openBroker(t, inside)
	u, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	inside.Listen = u.Host
	b := openBroker(t, Config{URL: server.URL()})
	got := make(chan string, 10)
	consume(t, b, route(), newGraves(0), func(_ context.Context, e broker.Event) error { got <- e.ID; return nil })
	publish(t, b, "before")
	nextOf(t, got, "event")

	closeBroker(t, server)
	until(t, "the connection is lost", func() bool { return !b.nc.IsConnected() })
	server = openBroker(t, inside)
	publish(t, server, "after")
	if got := nextOf(t, got, "event"); got != "after" {
		t.Errorf("got %s, want after", got)
	}
}

func TestCloseWhileTheServerIsAway(t *testing.T) {
	server := openBroker(t, Config{Listen: "127.0.0.1:0", StoreDir: t.TempDir()})
	b := openBroker(t, Config{URL: server.URL()})
	s := consume(t, b, route(), newGraves(0), func(context.Context, broker.Event) error { return nil })
	closeBroker(t, server)
	until(t, "the connection is lost", func() bool { return !b.nc.IsConnected() })
	drain(t, s)
	closeBroker(t, b)
	if _, err := b.Consume(t.Context(), route(), newGraves(0), nil); err == nil {
		t.Error("a closed broker consumes")
	}
}

func TestCloseWhileTheNetworkIsAway(t *testing.T) {
	server := openBroker(t, Config{Listen: "127.0.0.1:0", StoreDir: t.TempDir()})
	address, cut := cable(t, strings.TrimPrefix(server.URL(), "nats://"))
	b := openBroker(t, Config{URL: "nats://" + address})
	s := consume(t, b, route(), newGraves(0), func(context.Context, broker.Event) error { return nil })
	until(t, "the reader waits at the server", func() bool {
		durable, err := server.js.Consumer(t.Context(), "RELAIS_MESSAGE", "route")
		return err == nil && durable.CachedInfo().NumWaiting == 1
	})
	cut()
	until(t, "the connection is lost", func() bool { return !b.nc.IsConnected() })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // a flush would wait for 10 s
	defer cancel()
	if err := s.Drain(ctx); err != nil {
		t.Errorf("Drain: %v", err)
	}
	closeBroker(t, b)
}

// cable forwards one connection to a server until it is cut.
func cable(t *testing.T, to string) (address string, cut func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ends := make(chan net.Conn, 2)
	var copying sync.WaitGroup
	copying.Go(func() {
		near, err := l.Accept()
		_ = l.Close()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", to)
		if err != nil {
			t.Errorf("dial: %v", err)
			_ = near.Close()
			return
		}
		copying.Go(func() { _, _ = io.Copy(near, far) })
		copying.Go(func() { _, _ = io.Copy(far, near) })
		ends <- near
		ends <- far
	})
	return l.Addr().String(), func() {
		_ = (<-ends).Close()
		_ = (<-ends).Close()
		copying.Wait()
	}
}

func TestDeletedDurableIsMadeAgain(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		got := make(chan string, 10)
		consume(t, b, route(), newGraves(0), func(_ context.Context, e broker.Event) error { got <- e.ID; return nil })
		publish(t, b, "before")
		nextOf(t, got, "event")
		emptied(t, b, "route")
		_, js := rawClient(t, cfg.URL)
		until(t, "the next pull waits at the server", func() bool {
			// One that comes after the deletion is only missed after two heartbeats, 30 s.
			durable, err := js.Consumer(t.Context(), "RELAIS_MESSAGE", "route")
			return err == nil && durable.CachedInfo().NumWaiting == 1
		})
		if err := js.DeleteConsumer(t.Context(), "RELAIS_MESSAGE", "route"); err != nil {
			t.Fatal(err)
		}
		publish(t, b, "after")
		if got := nextOf(t, got, "event"); got != "after" {
			t.Errorf("got %s, want after", got)
		}
	})
}

func TestDepth(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		if _, err := b.Depth(t.Context(), "route"); !errors.Is(err, ErrNoDurable) {
			t.Errorf("got %v, want ErrNoDurable", err)
		}
		started, finish := make(chan struct{}, 10), make(chan struct{})
		c := route()
		c.InFlight = 1
		consume(t, b, c, newGraves(0), func(context.Context, broker.Event) error { started <- struct{}{}; <-finish; return nil })
		publish(t, b, "a", "b", "c")
		nextOf(t, started, "event")
		if got, err := b.Depth(t.Context(), "route"); err != nil || got != 3 {
			t.Errorf("depth %d, error %v; want 3", got, err)
		}
		close(finish)
		emptied(t, b, "route")
	})
}
