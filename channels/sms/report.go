package sms

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"relais/channels"
	"relais/channels/twilio"
)

// callbackPath is where Twilio reports, below the callback base; the delivery's
// id follows.
const callbackPath = "/callbacks/sms/"

// ParseReport reads one of Twilio's status callbacks and checks its signature
// over the public address that was asked for, whatever a proxy made of it. The
// error is, or wraps, twilio.ErrForged, twilio.ErrMalformed or channels.ErrTooLarge. The same
// callback twice gives the same report, but for At.
func (c *Channel) ParseReport(r *http.Request) (channels.Report, error) {
	path, err := c.callbacks.Path(r, callbackPath)
	if err != nil {
		return channels.Report{}, err
	}
	id, err := channels.ParseDeliveryID(path[len(callbackPath):])
	if err != nil {
		return channels.Report{}, fmt.Errorf("%w: its address does not end in a delivery id", twilio.ErrMalformed)
	}
	form, err := c.callbacks.Form(r, path)
	if err != nil {
		return channels.Report{}, err
	}
	return c.report(id, form)
}

func (c *Channel) report(id channels.DeliveryID, form url.Values) (channels.Report, error) {
	state := stateOf(form.Get("MessageStatus"))
	if state == "" {
		return channels.Report{}, fmt.Errorf("%w: MessageStatus is %.20q", twilio.ErrMalformed, form.Get("MessageStatus"))
	}
	out := channels.Report{Delivery: id, Ref: form.Get("MessageSid"), State: state, At: c.now()}
	if state != channels.Failed {
		return out, nil
	}
	out.Class = channels.Retryable // the operator gave no reason
	if code, err := strconv.Atoi(form.Get("ErrorCode")); err == nil && code > 0 {
		out.Code = strconv.Itoa(code)
		if m, known := c.account.Reported(code); known {
			out.Class = m.Class
		}
	}
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
