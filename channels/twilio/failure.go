package twilio

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"relais/channels"
)

// refusal is an answer of Twilio's that says no. Its message is not kept: it
// quotes the number.
type refusal struct {
	status     int
	code       int // 0 if the answer has none
	retryAfter time.Duration
}

func (r *refusal) Error() string { return "refused with status " + strconv.Itoa(r.status) }

// Failure says what the error of this call means for the delivery.
func (c *Call) Failure(err error) *channels.SendError {
	var refused *refusal
	if errors.As(err, &refused) {
		return c.refused(refused)
	}
	// Without a connection nothing was sent. With one, and no whole answer,
	// nobody knows how far the request came.
	class := channels.Retryable
	if c.connected.Load() {
		class = channels.Ambiguous
	}
	return &channels.SendError{Class: class, Down: true, Err: fmt.Errorf("%s: %w", c.terms.Calling, channels.NetworkFault(err))}
}

// Refused is the failure that a code in a taken answer means.
func (a *Account) Refused(code int) *channels.SendError { return a.refused(&refusal{code: code}) }

// refused translates an answer that says no.
func (a *Account) refused(r *refusal) *channels.SendError {
	m, known := a.meanings[r.code]
	if !known {
		m = a.terms.byStatus(r.status)
	}
	if m.Ours && m.Class == channels.Retryable {
		a.raise(m.Why, r)
	}
	after := m.After
	if r.retryAfter > 0 && !m.Class.Permanent() {
		after = r.retryAfter
	}
	code := r.code
	if code == 0 {
		code = r.status
	}
	return &channels.SendError{Class: m.Class, After: after, Code: strconv.Itoa(code), Ours: m.Ours, Down: m.Down, Err: errors.New(m.Why)}
}

// Reported is the meaning of a code in a status report; false: nobody knows it.
func (a *Account) Reported(code int) (m Meaning, known bool) {
	m, known = a.meanings[code]
	if m.Ours {
		a.raise(m.Why, &refusal{code: code})
	}
	return m, known
}

// raise tells operators that nothing can be sent until they act, at most once
// a minute: every delivery would say the same.
func (a *Account) raise(why string, r *refusal) {
	if a.alarm.due(time.Now()) {
		a.log.Error(a.terms.Stands+": "+why+"; "+a.terms.Remedy, slog.Int("status", r.status), slog.Int("code", r.code))
	}
}

// alarm remembers when it was raised.
type alarm struct{ last atomic.Int64 }

func (a *alarm) due(now time.Time) bool {
	last := a.last.Load()
	return now.Unix()-last >= 60 && a.last.CompareAndSwap(last, now.Unix())
}
