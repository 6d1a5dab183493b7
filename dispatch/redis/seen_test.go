package redis

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"go.uber.org/goleak"

	"relais/dispatch"
	"relais/dispatch/dispatchtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, url string) *Seen {
	t.Helper()
	s, err := Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSeenOnMiniredis(t *testing.T) {
	dispatchtest.RunSeen(t, func(t *testing.T) dispatchtest.SeenUnderTest {
		server := miniredis.RunT(t)
		return dispatchtest.SeenUnderTest{
			Seen: open(t, "redis://"+server.Addr()), Short: time.Second, Pass: server.FastForward,
		}
	})
}

// realServer is the address of a Redis for these tests. The whole check always
// sets it, and then a server that does not answer is a failure.
const realServer = "RELAIS_TEST_REDIS_URL"

func TestSeenOnARealServer(t *testing.T) {
	url := os.Getenv(realServer)
	if url == "" {
		t.Skipf("set %s, as make check does, to run this on a real Redis", realServer)
	}
	if err := open(t, url).Ping(t.Context()); err != nil {
		t.Fatalf("%s: %v", realServer, err)
	}
	dispatchtest.RunSeen(t, func(t *testing.T) dispatchtest.SeenUnderTest {
		return dispatchtest.SeenUnderTest{Seen: open(t, url), Short: 100 * time.Millisecond}
	})
}

func TestWhatRedisHolds(t *testing.T) {
	server := miniredis.RunT(t)
	s := open(t, "redis://"+server.Addr())
	keys := []string{"claimed", "finished"}
	if _, err := s.Claim(t.Context(), "node-a", keys, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := s.Done(t.Context(), keys[1:], time.Hour); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]struct {
		value string
		ttl   time.Duration
	}{
		"relais:seen:claimed":  {"claim:node-a", time.Minute},
		"relais:seen:finished": {"done", time.Hour},
	} {
		got, err := server.Get(key)
		if err != nil || got != want.value || server.TTL(key) != want.ttl {
			t.Errorf("%s: got %q for %s, %v, want %q for %s", key, got, server.TTL(key), err, want.value, want.ttl)
		}
	}
}

func TestAJobIsOneRoundTrip(t *testing.T) {
	server := miniredis.RunT(t)
	s := open(t, "redis://"+server.Addr())
	claim := func() {
		t.Helper()
		if _, err := s.Claim(t.Context(), "node-a", make([]string, 500), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	claim() // connects, and hands the script over
	before := server.CommandCount()
	claim()
	// miniredis counts what the script calls as well: one MGET and a SET for each key
	if got, want := server.CommandCount()-before, 1+1+500; got != want {
		t.Errorf("got %d commands, want %d", got, want)
	}
}

func TestRedisThatForgotTheScriptsGetsThemAgain(t *testing.T) {
	server := miniredis.RunT(t)
	s := open(t, "redis://"+server.Addr())
	for range 2 {
		if _, err := s.Claim(t.Context(), "node-a", []string{"k"}, time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := s.client.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWithoutRedisEachCallFailsSoon(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	mute := newSilent(t)
	const calls = 4
	for name, addr := range map[string]string{"nobody listens": closed.Addr().String(), "nobody answers": mute.addr()} {
		s := open(t, "redis://:geheim@"+addr)
		for call, do := range map[string]func(context.Context) error{
			"claim":   func(ctx context.Context) error { return second(s.Claim(ctx, "node-a", []string{"k"}, time.Minute)) },
			"done":    func(ctx context.Context) error { return s.Done(ctx, []string{"k"}, time.Minute) },
			"release": func(ctx context.Context) error { return s.Release(ctx, "node-a", []string{"k"}) },
			"ping":    s.Ping,
		} {
			// many times as long as a call may wait, and less than the client's own limits
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			err := do(ctx)
			if err == nil || !strings.Contains(err.Error(), "Redis: ") || strings.Contains(err.Error(), "geheim") {
				t.Errorf("%s, %s: got %v, want what was being done and why it failed", name, call, err)
			}
			if ctx.Err() != nil {
				t.Errorf("%s, %s: it waited until it was stopped", name, call)
			}
			cancel()
		}
	}
	if got := mute.asked.Load(); got != calls {
		t.Errorf("%d calls asked %d times, want once each: nothing is repeated", calls, got)
	}
}

func second(_ []dispatch.Verdict, err error) error { return err }

// silent is a server that greets, and then never answers.
type silent struct {
	listener net.Listener
	asked    atomic.Int64 // what it left unanswered
}

func newSilent(t *testing.T) *silent {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, done := &silent{listener: listener}, make(chan struct{})
	go func() {
		defer close(done)
		s.serve()
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return s
}

func (s *silent) addr() string { return s.listener.Addr().String() }

func (s *silent) serve() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go s.greet(conn)
	}
}

// greet takes part in the handshake as far as the client insists.
func (s *silent) greet(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		// a command is "*3", and for each of the three its length and itself
		words, _ := strconv.Atoi(strings.TrimPrefix(lines.Text(), "*"))
		var command string
		for i := range words {
			lines.Scan()
			lines.Scan()
			if i == 0 {
				command = strings.ToLower(lines.Text())
			}
		}
		switch command {
		case "evalsha", "ping":
			s.asked.Add(1)
		case "hello":
			_, _ = io.WriteString(conn, "-ERR unknown command\r\n")
		default:
			_, _ = io.WriteString(conn, "+OK\r\n")
		}
	}
}

func TestRedisThatComesBackIsUsedAgain(t *testing.T) {
	server := miniredis.RunT(t)
	s := open(t, "redis://"+server.Addr())
	claim := func() error { return second(s.Claim(t.Context(), "node-a", []string{"k"}, time.Minute)) }
	if err := claim(); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if err := claim(); err == nil {
		t.Fatal("without a server: got no error")
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for err := claim(); err != nil; err = claim() {
		if time.Now().After(deadline) {
			t.Fatalf("the server is back: got %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestACancelledCallStops(t *testing.T) {
	s := open(t, "redis://"+miniredis.RunT(t).Addr())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := second(s.Claim(ctx, "node-a", []string{"k"}, time.Minute)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestOpenDoesNotShowABadAddress(t *testing.T) {
	for _, url := range []string{"", "127.0.0.1:6379", "http://:geheim@h", "redis://:geheim@h/zero", "redis://:geh%zeim@h"} {
		s, err := Open(url)
		if err == nil {
			_ = s.Close()
			t.Errorf("%q: got no error", url)
			continue
		}
		if strings.Contains(err.Error(), "geh") || !strings.Contains(err.Error(), "redis://:password@host:6379/0") {
			t.Errorf("%q: got %v, want the form without the address", url, err)
		}
	}
}

func BenchmarkSeenPerKey(b *testing.B) {
	url := os.Getenv(realServer)
	if url == "" {
		url = "redis://" + miniredis.RunT(b).Addr()
	}
	dispatchtest.BenchmarkSeen(b, open(b, url))
}
