package jetstream

import (
	"net/url"
	"testing"
	"time"

	"relais/broker/breaktest"
)

// The way to NATS swallows what it is given, both ways, and tells nobody: as
// when the other machine lost its power. Events are read again on a new
// connection, well before the client's own defaults would find out. The first goes
// into the void, for the reader had asked for it, and comes again after AckWait.
func TestAConnectionThatLeadsNowhereIsReplaced(t *testing.T) {
	server := openBroker(t, Config{Listen: "127.0.0.1:0", StoreDir: t.TempDir()})
	at, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	way := breaktest.NewWay(t, at.Host)
	b := openBroker(t, Config{URL: "nats://" + way.Address()})
	got := make(chan string, 8)
	c := route()
	c.AckWait = 5 * time.Second
	s := consume(t, b, c, nil, handedOut(got))
	defer drain(t, s)
	publish(t, server, "before")
	nextOf(t, got, "an event before the way is dead")
	until(t, "the reader has answered, and asked for the next", func() bool {
		durable, _, err := server.durable(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		info := durable.CachedInfo()
		return info.NumAckPending == 0 && info.NumWaiting > 0
	})

	way.HalfOpen()
	publish(t, server, "after")
	select {
	case <-got:
	case <-time.After(time.Minute): // six minutes by the client's defaults
		t.Error("an event that was published behind a dead connection was not handed out")
	}
}
