package email

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"relais/broker"
	"relais/channels"
)

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := newPace(10), time.Now()
		for range 35 {
			if err := p.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		// Ten at once, and the other 25 at ten a second.
		if got, want := time.Since(began), 2500*time.Millisecond; got != want {
			t.Errorf("35 mails at 10 a second took %s, want %s", got, want)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if got := channels.AsSendError(p.wait(ctx)); got.Class != channels.Retryable {
			t.Errorf("got %v, want retryable", got)
		}
		if time.Since(began) != 2500*time.Millisecond {
			t.Error("waited for a turn that comes too late")
		}
		cancel()
		if got := channels.AsSendError(p.wait(ctx)); got.Class != channels.Retryable {
			t.Errorf("cancelled: got %v, want retryable", got)
		}
	})
}

// TestPaceHoldsMailsBack: the mail whose turn does not come leaves nothing at
// the server.
func TestPaceHoldsMailsBack(t *testing.T) {
	server := startServer(t)
	cfg := configFor(server)
	cfg.PerSecond = 1
	c := start(t, cfg, nil)
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := c.Send(ctx, delivery(channels.ForMember, broker.French)); channels.AsSendError(err).Class != channels.Retryable {
		t.Errorf("got %v, want retryable", err)
	}
	if got := len(server.got()); got != 1 {
		t.Errorf("the server has %d mails, want 1", got)
	}
}
