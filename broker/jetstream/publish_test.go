package jetstream

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"relais/broker"
)

func TestSameIDIsStoredOnce(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		publish(t, b, "m1.1", "m1.1", "m1.2")
		if got := inStream(t, b, "RELAIS_MESSAGE"); got != 2 {
			t.Errorf("%d events in the stream, want 2", got)
		}
	})
}

func TestSameIDIsDroppedAfterTheAck(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		got := make(chan string, 10)
		consume(t, b, route(), newGraves(0), func(_ context.Context, e broker.Event) error { got <- e.ID; return nil })
		publish(t, b, "m1.1")
		nextOf(t, got, "event")
		emptied(t, b, "route")
		publish(t, b, "m1.1", "m1.2")
		if got := nextOf(t, got, "event"); got != "m1.2" {
			t.Errorf("got %s, want only m1.2", got)
		}
	})
}

func TestPublishAllStoresEachOnce(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		var events []broker.Event
		for _, id := range append(numbered(600), "event-0", "event-599") {
			events = append(events, broker.Event{Subject: broker.WorkSubject("sms", broker.Bulk), ID: id, Data: []byte("{}")})
		}
		for range 2 { // a caller that saw an error repeats the whole
			if err := b.PublishAll(t.Context(), events); err != nil {
				t.Fatalf("PublishAll: %v", err)
			}
		}
		if got := inStream(t, b, "RELAIS_WORK"); got != 600 {
			t.Errorf("%d events in the stream, want 600", got)
		}
	})
}

func TestPublishOutsideTheStreamsFails(t *testing.T) {
	b := openBroker(t, Config{StoreDir: t.TempDir()})
	stray := broker.Event{Subject: "relais.mesage.demo", ID: "1", Data: []byte("{}")}
	for name, err := range map[string]error{
		"one":  b.Publish(t.Context(), stray),
		"many": b.PublishAll(t.Context(), []broker.Event{{Subject: demo, Data: []byte("{}")}, stray}),
	} {
		if err == nil || !strings.Contains(err.Error(), "relais.mesage.demo") {
			t.Errorf("%s: got %v, want an error that names the subject", name, err)
		}
	}
}

func TestTooLargeAnEventFails(t *testing.T) {
	b := openBroker(t, Config{StoreDir: t.TempDir()})
	err := b.Publish(t.Context(), broker.Event{Subject: demo, Data: make([]byte, maxEventSize+1)})
	if err == nil {
		t.Error("an event above the limit was taken")
	}
}

// The police may publish with any NATS client, with or without a message id.
func TestAnyClientPublishes(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		got := make(chan broker.Event, 2)
		consume(t, b, route(), newGraves(0), func(_ context.Context, e broker.Event) error { got <- e; return nil })
		nc, js := rawClient(t, cfg.URL)
		ack, err := js.Publish(t.Context(), "relais.message.demo", []byte(`{"kind":"alert"}`))
		if err != nil || ack.Stream != "RELAIS_MESSAGE" {
			t.Fatalf("ack %+v, error %v", ack, err)
		}
		// A client without JetStream reads the same ack as a reply.
		reply, err := nc.Request("relais.message.demo", []byte(`{"kind":"info"}`), deadline)
		if err != nil {
			t.Fatal(err)
		}
		var stored struct{ Stream string }
		if err := json.Unmarshal(reply.Data, &stored); err != nil || stored.Stream != "RELAIS_MESSAGE" {
			t.Errorf("reply names stream %q, error %v", stored.Stream, err)
		}
		for range 2 {
			if e := nextOf(t, got, "event"); e.ID != "" || e.Subject != demo || e.Attempt != 1 {
				t.Errorf("got %q on %s, attempt %d", e.ID, e.Subject, e.Attempt)
			}
		}
	})
}

func TestPublishOnceIsAnyOtherProgram(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		e := broker.Event{Subject: demo, ID: "m1.1", Data: []byte("{}")}
		for range 2 {
			if err := PublishOnce(t.Context(), cfg, e); err != nil {
				t.Fatalf("PublishOnce: %v", err)
			}
		}
		if got := inStream(t, openBroker(t, cfg), "RELAIS_MESSAGE"); got != 1 {
			t.Errorf("%d events in the stream, want 1", got)
		}
		e.Subject = "relais.mesage.demo"
		if err := PublishOnce(t.Context(), cfg, e); err == nil || !strings.Contains(err.Error(), "nobody keeps this subject") {
			t.Errorf("got %v, want that nobody keeps the subject", err)
		}
	})
}
