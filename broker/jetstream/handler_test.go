package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

func TestEventIsHandledAndGone(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		got := make(chan broker.Event, 1)
		consume(t, b, route(), newGraves(0), func(_ context.Context, e broker.Event) error { got <- e; return nil })
		publish(t, b, "m1.1")
		want := broker.Event{Subject: demo, ID: "m1.1", Data: []byte(`{"n":"m1.1"}`), Attempt: 1}
		if diff := cmp.Diff(want, nextOf(t, got, "event")); diff != "" {
			t.Errorf("event (-want +got):\n%s", diff)
		}
		emptied(t, b, "route")
	})
}

func TestRetryErrorComesAgainAndHoldsNobodyUp(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		c := route()
		c.InFlight = 1
		order := make(chan string, 10)
		consume(t, b, c, newGraves(0), func(_ context.Context, e broker.Event) error {
			order <- fmt.Sprintf("%s attempt %d", e.ID, e.Attempt)
			switch {
			case e.ID == "tomorrow":
				return &broker.RetryError{After: 24 * time.Hour, Err: errors.New("provider is busy")}
			case e.ID == "soon" && e.Attempt == 1:
				return fmt.Errorf("send: %w", &broker.RetryError{After: 300 * time.Millisecond, Err: errors.New("busy")})
			}
			return nil
		})
		publish(t, b, "tomorrow", "soon", "now")
		var got []string
		for range 4 {
			got = append(got, nextOf(t, order, "event"))
		}
		want := []string{"tomorrow attempt 1", "soon attempt 1", "now attempt 1", "soon attempt 2"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		until(t, "only tomorrow's is left", func() bool {
			depth, err := b.Depth(t.Context(), "route")
			return err == nil && depth == 1
		})
	})
}

func TestDropErrorIsBuriedOnceAndGone(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		g := newGraves(0)
		consume(t, b, route(), g, func(context.Context, broker.Event) error {
			return fmt.Errorf("route: %w", &broker.DropError{Err: errors.New("expires is missing")})
		})
		publish(t, b, "bad")
		got := nextOf(t, g.letters, "dead letter")
		if got.At.IsZero() || got.ID.Version() != 7 {
			t.Errorf("dead letter has time %s and id %s, want both", got.At, got.ID)
		}
		want := broker.DeadLetter{Subject: demo, EventID: "bad", Data: []byte(`{"n":"bad"}`), Reason: "expires is missing", Attempts: 1}
		got.At, got.ID = want.At, want.ID
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("dead letter (-want +got):\n%s", diff)
		}
		emptied(t, b, "route")
		if len(g.letters) != 0 {
			t.Error("it was buried twice")
		}
	})
}

func TestAttemptsAreUsedUp(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("database is away") },
		"retry": func() error { return &broker.RetryError{Err: errors.New("database is away")} },
		"panic": func() error { var m *broker.Message; return m.Validate() },
	} {
		t.Run(name, func(t *testing.T) {
			onEachServer(t, func(t *testing.T, cfg Config) {
				b := openBroker(t, cfg)
				g := newGraves(0)
				attempts := make(chan int, 10)
				consume(t, b, route(), g, func(_ context.Context, e broker.Event) error {
					attempts <- e.Attempt
					return fail()
				})
				publish(t, b, "m")
				letter := nextOf(t, g.letters, "dead letter")
				if !strings.HasPrefix(letter.Reason, "attempt 3 of 3 failed: ") || letter.Attempts != 3 {
					t.Errorf("buried after %d attempts because %q, want the 3rd and why", letter.Attempts, letter.Reason)
				}
				emptied(t, b, "route")
				if got := len(attempts); got != 3 {
					t.Errorf("%d attempts, want 3", got)
				}
			})
		})
	}
}

func TestPanicValueIsNotTold(t *testing.T) {
	log, written := logTo()
	b, err := Open(t.Context(), Config{StoreDir: t.TempDir()}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeBroker(t, b) })
	g := newGraves(0)
	c := route()
	c.MaxDeliver = 1
	consume(t, b, c, g, func(context.Context, broker.Event) error { panic("grey van in Rue Haute") })
	publish(t, b, "m")
	letter := nextOf(t, g.letters, "dead letter")
	emptied(t, b, "route")
	if strings.Contains(letter.Reason+written(), "grey van") {
		t.Error("the value of the panic is in the log or in the reason")
	}
	if !strings.Contains(written(), "handler_test.go") {
		t.Error("the stack of the panic is not in the log")
	}
}

// The heartbeats are counted on their way to the server: after six of them,
// a third of AckWait apart, AckWait has passed twice.
func TestHeartbeatsKeepALongHandlerAlone(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		nc, _ := rawClient(t, cfg.URL)
		beats, err := nc.SubscribeSync("$JS.ACK.RELAIS_MESSAGE.route.>")
		if err != nil {
			t.Fatal(err)
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		c := route()
		c.AckWait = time.Second
		started, finish := make(chan int, 10), make(chan struct{})
		consume(t, b, c, newGraves(0), func(_ context.Context, e broker.Event) error {
			started <- e.Attempt
			<-finish
			return nil
		})
		publish(t, b, "long")
		nextOf(t, started, "event")
		for range 6 {
			if _, err := beats.NextMsg(deadline); err != nil {
				t.Fatalf("no heartbeat: %v", err)
			}
		}
		close(finish)
		emptied(t, b, "route")
		if len(started) != 0 {
			t.Error("the event was handed out a second time while its handler ran")
		}
	})
}

func TestUrgentOvertakesBulk(t *testing.T) {
	onEachServer(t, func(t *testing.T, cfg Config) {
		b := openBroker(t, cfg)
		urgent, bulk := broker.WorkSubject("sms", broker.Urgent), broker.WorkSubject("sms", broker.Bulk)
		got, busy, finish := make(chan broker.Subject, 10), make(chan struct{}), make(chan struct{})
		defer close(finish)
		one := Consumer{Durable: "sms-bulk", Filter: bulk, InFlight: 1, AckWait: time.Minute, MaxDeliver: 3}
		consume(t, b, one, newGraves(0), func(context.Context, broker.Event) error { close(busy); <-finish; return nil })
		one.Durable, one.Filter = "sms-urgent", urgent
		consume(t, b, one, newGraves(0), func(_ context.Context, e broker.Event) error { got <- e.Subject; return nil })
		for _, subject := range []broker.Subject{bulk, urgent} {
			if err := b.Publish(t.Context(), broker.Event{Subject: subject, Data: []byte("{}")}); err != nil {
				t.Fatal(err)
			}
		}
		nextOf(t, busy, "bulk event")
		if got := nextOf(t, got, "urgent event"); got != urgent {
			t.Errorf("got %s, want %s", got, urgent)
		}
	})
}

// askedAgain is a reader whose requests get lost until it is asked often enough.
type askedAgain struct {
	jetstream.MessagesContext
	limited, unlimited int
}

func (a *askedAgain) Next(opts ...jetstream.NextOpt) (jetstream.Msg, error) {
	if len(opts) > 0 {
		a.limited++
		return nil, nats.ErrTimeout
	}
	a.unlimited++
	return nil, jetstream.ErrMsgIteratorClosed
}

func TestNextAsksAgainAndThenWaits(t *testing.T) {
	reader := &askedAgain{}
	if _, err := next(reader); !errors.Is(err, jetstream.ErrMsgIteratorClosed) {
		t.Errorf("got %v, want the reader's own error", err)
	}
	if reader.limited < 2 || reader.unlimited != 1 {
		t.Errorf("asked %d times with a limit and %d without, want several and then one", reader.limited, reader.unlimited)
	}
}
