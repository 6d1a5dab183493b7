package voice

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"relais/channels"
)

// failure says what a call that was not taken means for the delivery.
func (c *Channel) failure(err error, connected bool) *channels.SendError {
	var refused *refusal
	if errors.As(err, &refused) {
		return c.asSendError(refused)
	}
	// Without a connection nothing was sent. With one, and no whole answer,
	// nobody knows how far the request came.
	class := channels.Retryable
	if connected {
		class = channels.Ambiguous
	}
	return &channels.SendError{Class: class, Down: true, Err: fmt.Errorf("call the telephone provider: %w", channels.NetworkFault(err))}
}

// asSendError translates an answer that says no.
func (c *Channel) asSendError(r *refusal) *channels.SendError {
	m, known := c.meanings[r.code]
	if !known {
		m = byStatus(r.status)
	}
	if m.ours && m.class == channels.Retryable {
		c.alarm.raise(c.log, c.now(), m.why, r)
	}
	after := m.after
	if r.retryAfter > 0 && !m.class.Permanent() {
		after = r.retryAfter
	}
	code := r.code
	if code == 0 {
		code = r.status
	}
	return &channels.SendError{Class: m.class, After: after, Code: strconv.Itoa(code), Ours: m.ours, Down: m.down, Err: errors.New(m.why)}
}

// alarm tells operators that nothing can be sent until they act, at most once
// a minute: every delivery would say the same.
type alarm struct{ last atomic.Int64 }

func (a *alarm) raise(log *slog.Logger, now time.Time, why string, r *refusal) {
	last := a.last.Load()
	if now.Unix()-last < 60 || !a.last.CompareAndSwap(last, now.Unix()) {
		return
	}
	log.Error("nobody can be called: "+why+"; check account_sid, auth_token and from; calls wait",
		"status", r.status, "code", r.code)
}
