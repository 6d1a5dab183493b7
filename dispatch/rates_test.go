package dispatch_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/dispatch/inmem"
	"relais/dispatch/redis"
)

// full is a rate of which nothing is left.
type full struct{}

func (full) Take(context.Context, channels.Name, int, int) (int, time.Duration, error) {
	return 0, 5 * time.Millisecond, nil
}
func (full) Pause(context.Context, channels.Name, time.Duration) error { return nil }
func (full) Paused(context.Context, channels.Name) (time.Duration, error) {
	return 0, nil
}

// A long queue at a low rate: many jobs end before their turn came. That is no
// attempt, and once the rate lets them go everybody gets the message once.
func TestWaitingForTheRateIsNoAttempt(t *testing.T) {
	w := town(t, 1)
	w.limit(full{})
	for name, sender := range w.senders {
		s := *sender
		s.Outlet.PerSecond, s.Begin = 1, time.Millisecond
		w.senders[name] = dispatch.NewSender(s)
	}
	alert := w.publish(broker.Message{Kind: broker.Hazard, Partnerships: []broker.PartnershipID{"home"}})
	w.pass(20*time.Second, 10*time.Second)
	if len(w.provider.taken) != 0 {
		t.Fatalf("%d calls beyond the rate", len(w.provider.taken))
	}
	w.limit(inmem.NewLimiter(time.Now))
	for name, sender := range w.senders {
		s := *sender
		s.Outlet.PerSecond, s.Begin = 0, 0
		w.senders[name] = dispatch.NewSender(s)
	}
	w.pass(20*time.Second, 10*time.Second)
	got := w.perPerson(channels.ForMember)
	if len(got) != 40 || !w.status(alert).Done {
		t.Errorf("%d got the alert, want 40", len(got))
	}
	for id := range w.provider.taken {
		e, err := w.store.Entry(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if e.Attempt != 1 {
			t.Fatalf("a delivery called once has %d attempts", e.Attempt)
		}
	}
}

// Redis goes away: calls go on at a third of the rate, a pause that was asked
// for meanwhile holds, and the shared rate counts again once Redis is back.
func TestTheRateWithoutRedis(t *testing.T) {
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
	now := monday()
	rates := &dispatch.Sharing{Shared: seen.Limiter(), Local: inmem.NewLimiter(func() time.Time { return now }), Log: slog.New(slog.DiscardHandler)}
	take := func() int {
		t.Helper()
		n, _, err := rates.Take(t.Context(), channels.SMS, 300, 1000)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := take(); n != dispatch.Burst(300) {
		t.Errorf("took %d of the shared rate, want %d", n, dispatch.Burst(300))
	}
	server.Close()
	if n := take(); n != dispatch.Burst(100) {
		t.Errorf("took %d without Redis, want %d: a third", n, dispatch.Burst(100))
	}
	if err := rates.Pause(t.Context(), channels.SMS, time.Minute); err != nil {
		t.Fatal(err)
	}
	if left, err := rates.Paused(t.Context(), channels.SMS); err != nil || left != time.Minute {
		t.Errorf("paused for %s, %v, want a minute", left, err)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if left, err := rates.Paused(t.Context(), channels.SMS); err != nil || left != time.Minute {
		t.Errorf("once Redis is back: paused for %s, %v, want a minute", left, err)
	}
}
