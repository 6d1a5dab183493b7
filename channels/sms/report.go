package sms

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"relais/channels"
)

// callbackPath is where Twilio reports, below the callback base; the delivery's
// id follows.
const callbackPath = "/callbacks/sms/"

// maxReport is the most that a callback may hold, in bytes.
const maxReport = channels.MaxCallback

// Why a callback is refused.
var (
	ErrForged    = errors.New("the callback is not signed by our SMS provider for this address")
	ErrTooLarge  = channels.ErrTooLarge
	ErrMalformed = errors.New("the callback is not a status report")
)

// ParseReport reads one of Twilio's status callbacks and checks its signature
// over the public address that was asked for, whatever a proxy made of it. The
// error is, or wraps, ErrForged, ErrTooLarge or ErrMalformed. The same callback
// twice gives the same report, but for At.
func (c *Channel) ParseReport(r *http.Request) (channels.Report, error) {
	path := r.URL.EscapedPath()
	start := strings.LastIndex(path, callbackPath)
	if start < 0 {
		return channels.Report{}, fmt.Errorf("%w: its address has no %s", ErrMalformed, callbackPath)
	}
	id, err := channels.ParseDeliveryID(path[start+len(callbackPath):])
	if err != nil {
		return channels.Report{}, fmt.Errorf("%w: its address does not end in a delivery id", ErrMalformed)
	}
	form, err := c.signedForm(r, path[start:])
	if err != nil {
		return channels.Report{}, err
	}
	return c.report(id, form)
}

// signedForm reads a callback that came for a path below the callback base, if
// Twilio signed it for our public address.
func (c *Channel) signedForm(r *http.Request, path string) (url.Values, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxReport+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: it broke off", ErrMalformed)
	case len(body) > maxReport:
		return nil, ErrTooLarge
	}
	public, signature := c.callbacks+path, r.Header.Get("X-Twilio-Signature")
	if r.URL.RawQuery != "" {
		public += "?" + r.URL.RawQuery
	}
	if c.callbacks == "" {
		return nil, ErrForged
	}
	form, err := formOf(body)
	// An address with a query may say how the body is signed: twilio-go knows.
	if err == nil && r.URL.RawQuery == "" && c.signatures.signed(public, form, signature) {
		return form, nil
	}
	if !c.validator.ValidateBody(public, body, signature) {
		return nil, ErrForged
	}
	return form, err
}

func (c *Channel) report(id channels.DeliveryID, form url.Values) (channels.Report, error) {
	state := stateOf(form.Get("MessageStatus"))
	if state == "" {
		return channels.Report{}, fmt.Errorf("%w: MessageStatus is %.20q", ErrMalformed, form.Get("MessageStatus"))
	}
	out := channels.Report{Delivery: id, Ref: form.Get("MessageSid"), State: state, At: c.now()}
	if state != channels.Failed {
		return out, nil
	}
	m := unreported()
	if code, err := strconv.Atoi(form.Get("ErrorCode")); err == nil && code > 0 {
		out.Code = strconv.Itoa(code)
		if known, ok := c.meanings[code]; ok {
			m = known
		}
		if m.ours {
			c.alarm.raise(c.log, c.now(), m.why, &refusal{code: code})
		}
	}
	out.Class = m.class
	return out, nil
}

// stateOf translates Twilio's message status, "" if it is not one of an
// outgoing message.
func stateOf(status string) channels.State {
	switch status {
	case "accepted", "scheduled", "queued", "sending", "sent":
		return channels.Accepted
	case "delivered", "read":
		return channels.Delivered
	case "undelivered", "failed", "canceled":
		return channels.Failed
	}
	return ""
}
