package jetstream

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

// The graveyard is away when the last attempt fails. The event stays in the
// stream, the server's advisory says that its attempts are used up, and the
// retries go on until the graveyard is back.
func TestGraveyardAwayLosesNothing(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		g := newGraves(3)
		attempts := make(chan int, 10)
		consume(t, b, route(), g, func(_ context.Context, e broker.Event) error {
			attempts <- e.Attempt
			return errors.New("broken")
		})
		publish(t, b, "m")
		if got := nextOf(t, g.letters, "dead letter"); got.EventID != "m" || got.Attempts != 3 {
			t.Errorf("buried %q after %d attempts, want m after 3", got.EventID, got.Attempts)
		}
		emptied(t, b, "route")
		if got := len(attempts); got != 3 {
			t.Errorf("%d attempts, want 3", got)
		}
	})
}

func TestDropErrorSurvivesABriefAbsenceOfTheGraveyard(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		g := newGraves(1)
		consume(t, b, route(), g, func(context.Context, broker.Event) error {
			return &broker.DropError{Err: errors.New("zone is missing")}
		})
		publish(t, b, "m")
		if got := nextOf(t, g.letters, "dead letter"); got.Reason != "zone is missing" {
			t.Errorf("reason %q, want the handler's own", got.Reason)
		}
		emptied(t, b, "route")
	})
}

// A program that dies in its handler each time looks like a client that
// fetches and never answers.
func TestNeverAnsweredIsBuried(t *testing.T) {
	c := route()
	c.AckWait = 200 * time.Millisecond
	for name, alive := range map[string]bool{"advisory heard": true, "advisory missed": false} {
		t.Run(name, func(t *testing.T) {
			onEachServer(t, func(t *testing.T, cfg Config) {
				b := openBroker(t, cfg)
				g := newGraves(0)
				if _, _, err := b.durable(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				publish(t, b, "poison")
				if alive {
					s := &Subscription{b: b, c: c, graves: g, log: b.log}
					ctx, cancel := context.WithCancel(t.Context())
					done := make(chan struct{})
					b.sweepEvery = time.Hour
					go func() { defer close(done); s.keepRescuing(ctx) }()
					defer func() { cancel(); <-done }()
				}
				fetchAndDie(t, b, c)
				if !alive {
					consume(t, b, c, g, func(context.Context, broker.Event) error { return nil })
				}
				got := nextOf(t, g.letters, "dead letter")
				if got.EventID != "poison" || got.Attempts != 3 || !strings.Contains(got.Reason, "handed out 3 times") {
					t.Errorf("buried %q after %d attempts because %q", got.EventID, got.Attempts, got.Reason)
				}
				emptied(t, b, "route")
			})
		})
	}
}

// fetchAndDie takes the only event until its attempts are used up.
func fetchAndDie(t *testing.T, b *Broker, c Consumer) {
	t.Helper()
	durable, _, err := b.durable(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for attempt := range c.MaxDeliver {
		if _, err := durable.Next(jetstream.FetchMaxWait(deadline)); err != nil {
			t.Fatalf("attempt %d: %v", attempt+1, err)
		}
	}
	until(t, "the server has forgotten the event", func() bool {
		batch, err := durable.FetchNoWait(1) // the server looks at the attempts when somebody asks
		if err != nil {
			t.Fatalf("fetch: %v", err)
		}
		if msg := <-batch.Messages(); msg != nil {
			t.Fatal("the event was handed out once more than allowed")
		}
		info, err := durable.Info(t.Context())
		return err == nil && info.NumAckPending == 0
	})
}

func TestDeadLetterIDFollowsFromTheStoredEvent(t *testing.T) {
	at := time.Date(2026, 11, 23, 20, 15, 0, 123456789, time.UTC)
	one := stored{stream: "RELAIS_WORK", seq: 7, at: at}
	again := stored{stream: "RELAIS_WORK", seq: 7, at: at, event: broker.Event{Attempt: 3}}
	if one.deadLetterID() != again.deadLetterID() {
		t.Error("the same stored event has two ids")
	}
	for _, other := range []stored{
		{stream: "RELAIS_WORK", seq: 8, at: at},
		{stream: "RELAIS_MESSAGE", seq: 7, at: at},
		{stream: "RELAIS_WORK", seq: 7, at: at.Add(time.Nanosecond)},
	} {
		if one.deadLetterID() == other.deadLetterID() {
			t.Errorf("%+v has the id of another event", other)
		}
	}
	seconds, nanos := one.deadLetterID().Time().UnixTime()
	if got := time.Unix(seconds, nanos).UTC(); !got.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("the id's time is %s, want %s", got, at)
	}
}
