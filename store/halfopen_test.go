package store_test

import (
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"relais/store"
)

// The way to PostgreSQL swallows what it is given and says nothing, as when the
// other machine lost its power. A write gives up, and works again on a new
// connection, instead of waiting for the operating system.
func TestAConnectionThatLeadsNowhereIsGivenUp(t *testing.T) {
	if os.Getenv(postgresVariable) == "" {
		t.Skip(postgresVariable + " is not set")
	}
	at, err := url.Parse(postgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	var dead atomic.Bool
	at.Host = swallowing(t, at.Host, &dead)
	s, err := store.Open(t.Context(), at.String(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	dead.Store(true)
	s.HasPatience(200 * time.Millisecond)
	if _, err := s.Partnerships(t.Context(), ""); err == nil {
		t.Fatal("a read came to an end over a dead way")
	}
	dead.Store(false)
	s.HasPatience(30 * time.Second)
	if _, err := s.Partnerships(t.Context(), ""); err != nil {
		t.Errorf("the next read does not take a new connection: %v", err)
	}
}

// swallowing passes bytes on to a server, or drops them while dead.
func swallowing(t *testing.T, server string, dead *atomic.Bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return // closed
			}
			to, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			go carry(to, client, dead)
			go carry(client, to, dead)
		}
	}()
	return l.Addr().String()
}

func carry(to io.WriteCloser, from io.Reader, dead *atomic.Bool) {
	defer to.Close()
	buffer := make([]byte, 4096)
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
