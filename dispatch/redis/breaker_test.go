package redis

import (
	"os"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"relais/dispatch"
	"relais/dispatch/dispatchtest"
)

func TestBreakerOnMiniredis(t *testing.T) {
	dispatchtest.RunBreaker(t, func(t *testing.T) dispatch.Breaker {
		return open(t, "redis://"+miniredis.RunT(t).Addr()).Breaker()
	})
}

func TestBreakerOnARealServer(t *testing.T) {
	url := os.Getenv(realServer)
	if url == "" {
		t.Skipf("set %s, as make check does, to run this on a real Redis", realServer)
	}
	if err := open(t, url).Ping(t.Context()); err != nil {
		t.Fatalf("%s: %v", realServer, err)
	}
	dispatchtest.RunBreaker(t, func(t *testing.T) dispatch.Breaker { return open(t, url).Breaker() })
}

// A job costs one round trip, and what Redis holds of it ends with the limit's time.
func TestBreakerAsksOnce(t *testing.T) {
	server := miniredis.RunT(t)
	b := open(t, "redis://"+server.Addr()).Breaker()
	limit := dispatch.LoopLimit{Most: 5, Within: 5 * time.Minute}
	likes := make([]dispatch.Like, 500)
	for i := range likes {
		likes[i].Key = dispatch.LikeKey{byte(i), byte(i >> 8)}
	}
	pass := func() {
		t.Helper()
		if _, err := b.Pass(t.Context(), likes, time.Now(), limit); err != nil {
			t.Fatal(err)
		}
	}
	pass() // connects, and hands the script over
	before := server.CommandCount()
	pass()
	// miniredis counts what the script calls as well: one MGET, for these were asked about before
	if got, want := server.CommandCount()-before, 1+1; got != want {
		t.Errorf("got %d commands, want %d", got, want)
	}
	for _, key := range server.Keys() {
		if got := server.TTL(key); got != limit.Within {
			t.Fatalf("a key is kept for %s, want %s", got, limit.Within)
		}
	}
}
