package jetstream

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
	"relais/channels"
)

func TestValidateNamesTheKey(t *testing.T) {
	token := channels.NewSecret("t0ps3cret")
	for name, tc := range map[string]struct {
		cfg  Config
		want string // empty: valid
	}{
		"embedded":              {Config{StoreDir: "x", Listen: DefaultListen}, ""},
		"embedded, alone":       {Config{StoreDir: "x"}, ""},
		"external":              {Config{URL: "nats://nats:4222", Replicas: 3}, ""},
		"no folder":             {Config{Listen: DefaultListen}, "nats.store_dir is missing"},
		"bad listen":            {Config{StoreDir: "x", Listen: "4222"}, "nats.listen \"4222\" is not host:port"},
		"bad port":              {Config{StoreDir: "x", Listen: "127.0.0.1:66000"}, "is not host:port"},
		"open to the network":   {Config{StoreDir: "x", Listen: "0.0.0.0:4222"}, "is open to the network"},
		"open on every address": {Config{StoreDir: "x", Listen: ":4222"}, "is open to the network"},
		"open, with token":      {Config{StoreDir: "x", Listen: "0.0.0.0:4222", Token: token}, ""},
		"IPv6 loopback":         {Config{StoreDir: "x", Listen: "[::1]:4222"}, ""},
		"replicas alone":        {Config{StoreDir: "x", Replicas: 3}, "needs a NATS cluster"},
		"six replicas":          {Config{URL: "nats://n", Replicas: 6}, "nats.replicas is not between"},
		"two ways in":           {Config{URL: "nats://n", Token: token, User: "u", Password: token}, "exclude each other"},
		"user alone":            {Config{URL: "nats://n", User: "u"}, "nats.user needs nats.password"},
		"credentials, embedded": {Config{StoreDir: "x", Credentials: "a.creds"}, "nats.credentials is for an external server"},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.cfg.Validate()
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("got %v, want no fault", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want %q", err, tc.want)
			case err != nil && strings.Contains(err.Error(), "t0ps3cret"):
				t.Error("the error holds the secret")
			}
		})
	}
}

func TestStreamsOutliveARestart(t *testing.T) {
	cfg := Config{StoreDir: t.TempDir()}
	b := openBroker(t, cfg)
	publish(t, b, "a", "b")
	closeBroker(t, b)

	b = openBroker(t, cfg)
	got := make(chan string, 2)
	c := route()
	c.InFlight = 1
	consume(t, b, c, newGraves(0), func(_ context.Context, e broker.Event) error { got <- e.ID; return nil })
	if diff := cmp.Diff([]string{"a", "b"}, []string{nextOf(t, got, "event"), nextOf(t, got, "event")}); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestOpenExplains(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	_ = closed.Close()
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	token := openBroker(t, Config{Listen: "127.0.0.1:0", StoreDir: t.TempDir(), Token: channels.NewSecret("t0ps3cret")})

	for name, tc := range map[string]struct {
		cfg  Config
		want []string
	}{
		"port taken":   {Config{Listen: busy.Addr().String(), StoreDir: t.TempDir()}, []string{"address already in use", "nats.listen"}},
		"no folder":    {Config{StoreDir: file + "/nats"}, []string{"JetStream", "nats.store_dir"}},
		"nobody there": {Config{URL: "nats://user:hush@" + nobody}, []string{nobody, "nats.url"}},
		"wrong token":  {Config{URL: token.URL(), Token: channels.NewSecret("hush")}, []string{"Authorization Violation", "nats.token"}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			_, err := Open(ctx, tc.cfg, slog.New(slog.DiscardHandler))
			if err == nil {
				t.Fatal("it opened")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("the error holds the secret: %v", err)
			}
		})
	}
}

func TestTokenLetsIn(t *testing.T) {
	token := channels.NewSecret("t0ps3cret")
	inside := openBroker(t, Config{Listen: "127.0.0.1:0", StoreDir: t.TempDir(), Token: token})
	outside := openBroker(t, Config{URL: inside.URL(), Token: token})
	publish(t, outside, "m")
	if got := inStream(t, inside, "RELAIS_MESSAGE"); got != 1 {
		t.Errorf("%d events in the stream, want 1", got)
	}
}

func TestStreamIsBroughtUpToDate(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		_, js := rawClient(t, cfg.URL)
		s, err := js.Stream(t.Context(), "RELAIS_WORK")
		if err != nil {
			t.Fatal(err)
		}
		changed := s.CachedInfo().Config
		changed.MaxAge, changed.Description = time.Hour, "the operator's own words"
		if _, err := js.UpdateStream(t.Context(), changed); err != nil {
			t.Fatal(err)
		}
		openBroker(t, cfg)
		s, err = js.Stream(t.Context(), "RELAIS_WORK")
		if err != nil {
			t.Fatal(err)
		}
		got := s.CachedInfo().Config
		if got.MaxAge != maxAge || got.Description != changed.Description {
			t.Errorf("max age %s, description %q; want %s and the operator's", got.MaxAge, got.Description, maxAge)
		}
	})
}

func TestForeignStreamStopsTheStart(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		_, js := rawClient(t, cfg.URL)
		if err := js.DeleteStream(t.Context(), "RELAIS_WORK"); err != nil {
			t.Fatal(err)
		}
		foreign := jetstream.StreamConfig{Name: "RELAIS_WORK", Subjects: []string{"relais.work.*.*"}, Storage: jetstream.MemoryStorage}
		if _, err := js.CreateStream(t.Context(), foreign); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), "RELAIS_WORK") || !strings.Contains(err.Error(), "nats stream rm") {
			t.Errorf("got %v, want the stream and the remedy", err)
		}
		if err := js.DeleteStream(t.Context(), "RELAIS_WORK"); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDriftStopsTheStart(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		c := route()
		drain(t, consume(t, b, c, newGraves(0), func(context.Context, broker.Event) error { return nil }))
		c.MaxDeliver = 7
		_, err := b.Consume(t.Context(), c, newGraves(0), func(context.Context, broker.Event) error { return nil })
		var drift *DriftError
		if !errors.As(err, &drift) {
			t.Fatalf("got %v, want a *DriftError", err)
		}
		want := &DriftError{Durable: "route", Stream: "RELAIS_MESSAGE", Setting: "max_deliver", Have: "3", Want: "7",
			Remedy: "stop every node, remove it with `nats consumer rm RELAIS_MESSAGE route` (its events stay) and start again"}
		if diff := cmp.Diff(want, drift); diff != "" {
			t.Errorf("drift (-want +got):\n%s", diff)
		}
		c.MaxDeliver, c.InFlight = 3, 50
		drain(t, consume(t, b, c, newGraves(0), func(context.Context, broker.Event) error { return nil })) // InFlight is ours alone
	})
}

// Another AckWait, of a new version or of the configuration, stops no start, and
// holds for what a node that has died had in hand.
func TestAckWaitFollowsTheCode(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		c := route()
		drain(t, consume(t, b, c, newGraves(0), func(context.Context, broker.Event) error { return nil }))
		durable, _, err := b.durable(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		publish(t, b, "in hand")
		if _, err := durable.Next(); err != nil { // by a node that never answers
			t.Fatal(err)
		}

		c.AckWait = time.Second // before, a minute
		got := make(chan string, 8)
		defer drain(t, consume(t, b, c, newGraves(0), handedOut(got)))
		if got := nextOf(t, got, "event of the node that died"); got != "in hand" {
			t.Errorf("got %q", got)
		}
	})
}

func TestRemedyOfAnEmbeddedDriftWorks(t *testing.T) {
	cfg := Config{StoreDir: t.TempDir()}
	b := openBroker(t, cfg)
	c := route()
	drain(t, consume(t, b, c, newGraves(0), func(context.Context, broker.Event) error { return nil }))
	publish(t, b, "kept")
	c.MaxDeliver *= 2
	_, err := b.Consume(t.Context(), c, newGraves(0), nil)
	var drift *DriftError
	if !errors.As(err, &drift) {
		t.Fatalf("got %v, want a *DriftError", err)
	}
	_, folder, _ := strings.Cut(drift.Remedy, "remove the folder ")
	folder, _, _ = strings.Cut(folder, " while")
	closeBroker(t, b)
	if _, err := os.Stat(folder); err != nil {
		t.Fatalf("the remedy names a folder that is not there: %v", err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}

	b = openBroker(t, cfg)
	got := make(chan string, 1)
	consume(t, b, c, newGraves(0), func(_ context.Context, e broker.Event) error { got <- e.ID; return nil })
	if got := nextOf(t, got, "event"); got != "kept" {
		t.Errorf("got %q, want the event from before", got)
	}
}
