package redis

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

func TestInspectARealServer(t *testing.T) {
	url := os.Getenv(realServer)
	if url == "" {
		t.Skipf("set %s, as make check does, to run this on a real Redis", realServer)
	}
	found, err := open(t, url).Inspect(t.Context())
	if err != nil || !found.Master || found.Policy == "" || found.Ahead.Abs() > time.Hour {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestReadWhatRedisSays(t *testing.T) {
	got := readInfo("# Replication\r\nrole:slave\r\nmaster_host:10.0.0.1\r\n", "# Memory\r\nmaxmemory_policy:allkeys-lru\r\n")
	if got.Master || got.Policy != "allkeys-lru" {
		t.Errorf("got %+v", got)
	}
	if !readInfo("role:master\n").Master {
		t.Error("a master is not seen as one")
	}
}

func TestInspectIsNotLetIn(t *testing.T) {
	server := miniredis.RunT(t)
	server.RequireAuth("right")
	if _, err := open(t, "redis://:wrong@"+server.Addr()).Inspect(t.Context()); !errors.Is(err, ErrNotLetIn) {
		t.Errorf("got %v, want that we are not let in", err)
	}
	away := open(t, "redis://127.0.0.1:1")
	if _, err := away.Inspect(t.Context()); err == nil || errors.Is(err, ErrNotLetIn) {
		t.Errorf("got %v, want that nobody answers", err)
	}
}
