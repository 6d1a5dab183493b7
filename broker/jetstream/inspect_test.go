package jetstream

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
	"relais/channels"
)

func TestInspectFindsWhatDiffers(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		c := route()
		drain(t, consume(t, b, c, newGraves(0), func(context.Context, broker.Event) error { return nil }))
		other := Consumer{Durable: "plan", Filter: broker.AnyApproval, InFlight: 1, AckWait: time.Minute, MaxDeliver: 3}
		found, err := Inspect(t.Context(), cfg, []Consumer{c, other})
		if err != nil || found.Durables != 1 || len(found.Drifts) != 0 || len(found.Streams) != 3 || found.Missing != 0 {
			t.Fatalf("as the code has it: %+v, %v", found, err)
		}
		changed := b.streamConfig(t, "RELAIS_WORK")
		changed.MaxAge = time.Hour
		if _, err := b.js.UpdateStream(t.Context(), changed); err != nil {
			t.Fatal(err)
		}
		c.MaxDeliver++
		found, err = Inspect(t.Context(), cfg, []Consumer{c})
		if err != nil || len(found.Drifts) != 1 || found.Drifts[0].Durable != "route" || found.Drifts[0].Setting != "max_deliver" {
			t.Errorf("a durable with other settings: %+v, %v", found, err)
		}
		for _, s := range found.Streams {
			if want := map[bool]string{true: "MaxAge"}[s.Name == "RELAIS_WORK"]; s.Differs != want || s.Behind {
				t.Errorf("%+v, want it to differ in %q", s, want)
			}
		}
		if got := b.streamConfig(t, "RELAIS_WORK").MaxAge; got != time.Hour {
			t.Errorf("looking changed the stream: max age %s", got)
		}
		makeAnew(t, b)
	})
}

func (b *Broker) streamConfig(t *testing.T, name string) jetstream.StreamConfig {
	t.Helper()
	s, err := b.js.Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s.CachedInfo().Config
}

// makeAnew leaves the server as the code wants it, for the next test.
func makeAnew(t *testing.T, b *Broker) {
	t.Helper()
	if err := makeStreams(t.Context(), b.js, 0); err != nil {
		t.Fatal(err)
	}
}

// Before the first start there is nothing, and looking makes nothing.
func TestInspectBeforeTheFirstStart(t *testing.T) {
	for _, js := range []bool{true, false} {
		srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, JetStream: js, StoreDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		srv.Start()
		defer func() { srv.Shutdown(); srv.WaitForShutdown() }()
		if !srv.ReadyForConnections(deadline) {
			t.Fatal("the server is not ready")
		}
		for range 2 {
			found, err := Inspect(t.Context(), Config{URL: srv.ClientURL()}, []Consumer{route()})
			switch {
			case js && (err != nil || found.Missing != 3 || found.Durables != 0):
				t.Errorf("got %+v, %v, want nothing there", found, err)
			case !js && !errors.Is(err, ErrNoJetStream):
				t.Errorf("got %v, want that there is no JetStream", err)
			}
		}
	}
}

func TestInspectIsNotLetIn(t *testing.T) {
	inside := openBroker(t, Config{Listen: "127.0.0.1:0", StoreDir: t.TempDir(), Token: channels.NewSecret("t0ps3cret")})
	_, err := Inspect(t.Context(), Config{URL: inside.URL(), Token: channels.NewSecret("another")}, nil)
	if !errors.Is(err, ErrNotLetIn) {
		t.Errorf("got %v, want that we are not let in", err)
	}
}
