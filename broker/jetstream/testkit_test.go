package jetstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"relais/broker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// deadline is how long a test waits for what must happen.
const deadline = 20 * time.Second

var demo = broker.MessageSubject("demo")

// onEachServer runs a test on the embedded server, and on the external one
// that RELAIS_TEST_NATS_URL names. The test may open several brokers on it.
func onEachServer(t *testing.T, test func(t *testing.T, cfg Config)) {
	t.Run("embedded", func(t *testing.T) {
		first := openBroker(t, Config{Listen: "127.0.0.1:0", StoreDir: t.TempDir()})
		test(t, Config{URL: first.URL()})
	})
	url := os.Getenv("RELAIS_TEST_NATS_URL")
	if url == "" {
		return
	}
	t.Run("external", func(t *testing.T) {
		empty(t, url)
		test(t, Config{URL: url})
	})
}

// empty makes the streams of an external server anew.
func empty(t *testing.T, url string) {
	t.Helper()
	b := openBroker(t, Config{URL: url})
	for _, s := range streams() {
		if err := b.js.DeleteStream(t.Context(), s.name); err != nil {
			t.Fatalf("delete stream %s: %v", s.name, err)
		}
	}
	if err := makeStreams(t.Context(), b.js, 0); err != nil {
		t.Fatal(err)
	}
}

// openBroker opens a broker whose pauses are short, and closes it at the end.
func openBroker(t testing.TB, cfg Config) *Broker {
	t.Helper()
	b, err := Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	b.pauses = []time.Duration{10 * time.Millisecond, 20 * time.Millisecond}
	b.sweepEvery = 50 * time.Millisecond
	t.Cleanup(func() { closeBroker(t, b) })
	return b
}

func closeBroker(t testing.TB, b *Broker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func consume(t testing.TB, b *Broker, c Consumer, graves Graveyard, handle broker.Handler) *Subscription {
	t.Helper()
	s, err := b.Consume(t.Context(), c, graves, handle)
	if err != nil {
		t.Fatalf("Consume: %v", err)
	}
	return s
}

func drain(t testing.TB, s *Subscription) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	if err := s.Drain(ctx); err != nil {
		t.Fatalf("Drain: %v", err)
	}
}

// route is a consumer that the tests vary.
func route() Consumer {
	return Consumer{Durable: "route", Filter: broker.AnyMessage, InFlight: 4, AckWait: time.Minute, MaxDeliver: 3}
}

func publish(t testing.TB, b *Broker, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := b.Publish(t.Context(), broker.Event{Subject: demo, ID: id, Data: []byte(`{"n":"` + id + `"}`)}); err != nil {
			t.Fatalf("Publish %s: %v", id, err)
		}
	}
}

// nextOf takes one value from a channel, or fails.
func nextOf[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(deadline):
		t.Fatalf("no %s within %s", what, deadline)
		panic("unreachable")
	}
}

// until polls a condition that only the server knows.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within %s: %s", deadline, what)
}

func emptied(t testing.TB, b *Broker, durable string) {
	t.Helper()
	until(t, "durable "+durable+" and its stream are empty", func() bool {
		depth, err := b.Depth(t.Context(), durable)
		if err != nil {
			t.Fatalf("Depth: %v", err)
		}
		return depth == 0 && inStream(t, b, "RELAIS_MESSAGE") == 0
	})
}

func inStream(t testing.TB, b *Broker, name string) uint64 {
	t.Helper()
	s, err := b.js.Stream(t.Context(), name)
	if err != nil {
		t.Fatalf("find stream: %v", err)
	}
	return s.CachedInfo().State.Msgs
}

// graves keeps dead letters in memory; each bury first takes one of fail.
type graves struct {
	letters chan broker.DeadLetter
	mu      sync.Mutex
	fail    int
}

func newGraves(fail int) *graves {
	return &graves{letters: make(chan broker.DeadLetter, 100), fail: fail}
}

var errGravesAway = errors.New("the database is away")

func (g *graves) Bury(_ context.Context, d broker.DeadLetter) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fail > 0 {
		g.fail--
		return errGravesAway
	}
	g.letters <- d
	return nil
}

// rawClient is any other program that speaks NATS.
func rawClient(t testing.TB, url string) (*nats.Conn, jetstream.JetStream) {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatalf("jetstream: %v", err)
	}
	return nc, js
}

// logTo returns a logger and what it has written.
func logTo() (*slog.Logger, func() string) {
	var mu sync.Mutex
	var buf bytes.Buffer
	w := writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return buf.Write(p)
	})
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})), func() string {
		mu.Lock()
		defer mu.Unlock()
		return buf.String()
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func numbered(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("event-%d", i)
	}
	return ids
}

func handedOut(got chan string) broker.Handler {
	return func(_ context.Context, e broker.Event) error {
		got <- e.ID
		return nil
	}
}
