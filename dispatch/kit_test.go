package dispatch_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"relais/dispatch"
	"relais/dispatch/inmem"
	"relais/dispatch/redis"
	"relais/store/storetest"
)

// worldVariable says what the whole suite stands on, as DATABASE,SEEN,NODES:
// sqlite or postgres (RELAIS_TEST_DATABASE_URL names the server), none, inmem
// or redis, and how many nodes share the work. `make check` runs the suite on
// several.
const worldVariable = "RELAIS_TEST_WORLD"

// kit is what a world stands on.
type kit struct {
	database, seen string
	nodes          int
}

func readKit(t *testing.T) kit {
	t.Helper()
	said := os.Getenv(worldVariable)
	if said == "" {
		return kit{"sqlite", "none", 1}
	}
	parts := strings.Split(said, ",")
	if len(parts) != 3 {
		t.Fatalf("%s is %q; write it as sqlite,inmem,3", worldVariable, said)
	}
	nodes, err := strconv.Atoi(parts[2])
	if err != nil || nodes < 1 {
		t.Fatalf("%s is %q; end it with the number of nodes", worldVariable, said)
	}
	return kit{parts[0], parts[1], nodes}
}

// newDatabase returns the address of a fresh, empty database.
func (k kit) newDatabase(t *testing.T) string {
	t.Helper()
	switch k.database {
	case "sqlite":
		return storetest.SQLite(t)
	case "postgres":
		return storetest.Postgres(t, os.Getenv(storetest.PostgresVariable))
	}
	t.Fatalf("%s: %q is no database; use sqlite or postgres", worldVariable, k.database)
	return ""
}

// newSeen returns what the nodes of a world share, under the world's clock.
// Redis outlives the nodes.
func (w *world) newSeen() dispatch.Seen {
	w.t.Helper()
	now := func() time.Time { return w.now }
	switch w.kit.seen {
	case "none":
		return noSeen{}
	case "inmem":
		return inmem.New(now)
	case "redis":
		if w.redis == nil {
			w.redis = newRedis(w.t, now)
		}
		return w.redis
	}
	w.t.Fatalf("%s: %q is no Seen; use none, inmem or redis", worldVariable, w.kit.seen)
	return nil
}

// clockedRedis is Redis whose time goes by as the test's does.
type clockedRedis struct {
	dispatch.Seen
	server *miniredis.Miniredis
	now    func() time.Time
	last   time.Time
}

func newRedis(t *testing.T, now func() time.Time) *clockedRedis {
	t.Helper()
	server := miniredis.RunT(t)
	seen, err := redis.Open("redis://" + server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := seen.Close(); err != nil {
			t.Error(err)
		}
	})
	return &clockedRedis{Seen: seen, server: server, now: now, last: now()}
}

func (r *clockedRedis) Claim(ctx context.Context, owner string, keys []string, lease time.Duration) ([]dispatch.Verdict, error) {
	if d := r.now().Sub(r.last); d > 0 {
		r.server.FastForward(d)
		r.last = r.now()
	}
	return r.Seen.Claim(ctx, owner, keys, lease)
}

// anyNode is the sender of one of the world's nodes, at random.
func (w *world) anyNode(of *dispatch.Sender) *dispatch.Sender {
	if w.kit.nodes == 1 {
		return of
	}
	s := *of
	s.Owner = fmt.Sprintf("node-%d", w.rng.IntN(w.kit.nodes))
	return dispatch.NewSender(s)
}
