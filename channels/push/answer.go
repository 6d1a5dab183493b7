package push

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"relais/channels"
)

const (
	// operatorPause is when a delivery is tried again that was refused because of our
	// key or our clock: the subscription is good, an operator has to act.
	operatorPause = 5 * time.Minute
	// maxRef is the longest reference that is kept, in bytes.
	maxRef = 1024
)

// answer says what a push service's status means for the delivery. guess says
// that it was signed with one of two keys, and the next attempt has the other.
func (c *Channel) answer(resp *http.Response, guess bool) (channels.Receipt, error) {
	status := resp.StatusCode
	switch {
	case status >= 200 && status <= 299:
		return channels.Receipt{Ref: ref(resp.Header)}, nil
	case status == http.StatusNotFound || status == http.StatusGone: // RFC 8030, 7.3
		return c.refuse(channels.Gone, status, 0, "the push service no longer knows this subscription")
	case status == http.StatusTooManyRequests: // RFC 8030, 8.4
		return c.refuse(channels.Throttled, status, channels.RetryAfter(resp.Header, c.clock()), "the push service asks us to slow down")
	case status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden:
		return c.ourFault(resp, guess)
	case status == http.StatusRequestEntityTooLarge:
		return c.refuse(channels.Rejected, status, 0, "the push service finds the message too long")
	case status >= 500 || status == http.StatusRequestTimeout:
		return c.refuse(channels.Retryable, status, channels.RetryAfter(resp.Header, c.clock()), "the push service has a fault")
	case status >= 300 && status <= 399:
		return c.refuse(channels.Rejected, status, 0, "the push service redirects, which is not followed")
	}
	return c.refuse(channels.Rejected, status, 0, "the push service refuses the message")
}

// ourFault is what a push service says of our request, key or clock. The
// subscription is good and stays, so somebody has to act.
func (c *Channel) ourFault(resp *http.Response, guess bool) (channels.Receipt, error) {
	status, service := resp.StatusCode, resp.Request.URL.Hostname()
	switch {
	case status == http.StatusBadRequest:
		c.alarm.raise(c.log, c.clock(), "a push service does not understand our requests: members get their messages on the plan's next channel, if they have one",
			"service", service, "status", status)
		return c.refuse(channels.Rejected, status, 0, "the push service does not understand the request")
	case guess:
		return c.refuse(channels.Retryable, status, time.Second, "the push service wants our other key")
	}
	// RFC 8292, 4.2
	c.alarm.raise(c.log, c.clock(), "a push service refuses us: check vapid_private_key, subject and the clock of this machine; messages wait",
		"service", service, "status", status)
	return c.refuse(channels.Retryable, status, operatorPause, "the push service refuses our key or our clock")
}

func (c *Channel) refuse(class channels.Class, status int, after time.Duration, why string) (channels.Receipt, error) {
	return channels.Receipt{}, &channels.SendError{
		Class: class, After: after, Code: strconv.Itoa(status), Err: errors.New(why),
	}
}

// ref is the push service's name for the message (RFC 8030, 5).
func ref(h http.Header) string {
	location := h.Get("Location")
	if len(location) > maxRef {
		return ""
	}
	return location
}

// unanswered says what a call without an answer means. Once the request may
// have left, nobody knows whether it was taken.
func unanswered(err error, written bool) error {
	class := channels.Retryable
	if written {
		class = channels.Ambiguous
	}
	return &channels.SendError{Class: class, Err: fmt.Errorf("call the push service: %w", cause(err))}
}

// cause names what went wrong without quoting the endpoint.
func cause(err error) error {
	if errors.Is(err, errForbiddenAddress) {
		return errForbiddenAddress
	}
	return channels.NetworkFault(err)
}

// alarm tells operators that the fault is ours and somebody has to act, at
// most once a minute: every delivery would say the same.
type alarm struct{ last atomic.Int64 }

func (a *alarm) raise(log *slog.Logger, now time.Time, what string, about ...any) {
	last := a.last.Load()
	if now.Unix()-last < 60 || !a.last.CompareAndSwap(last, now.Unix()) {
		return
	}
	log.Error(what, about...)
}
