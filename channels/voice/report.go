package voice

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"relais/broker"
	"relais/channels"
	"relais/channels/twilio"
)

// callbackPath is where Twilio reports, below the callback base; what follows
// is <delivery>/<attempt>/<language>/<word>.
const callbackPath = "/callbacks/voice/"

// What Twilio speaks of, as the last part of the address.
const (
	wordStatus  = "status"  // how far the call is
	wordKey     = "key"     // which key was pressed; it waits for TwiML
	wordMachine = "machine" // who answered
)

func (c *Channel) address(id channels.DeliveryID, attempt int, lang broker.Lang, word string) string {
	return c.callbacks.Address(callbackPath + id.String() + "/" + strconv.Itoa(attempt) + "/" + string(lang) + "/" + word)
}

// place is what a callback's address says.
type place struct {
	id      channels.DeliveryID
	attempt int
	lang    broker.Lang
	word    string
	path    string // all of it, below us
}

// parsePlace reads the address of a callback, whatever a proxy put in front.
func (c *Channel) parsePlace(r *http.Request) (p place, err error) {
	if p.path, err = c.callbacks.Path(r, callbackPath); err != nil {
		return p, err
	}
	parts := strings.Split(strings.TrimPrefix(p.path, callbackPath), "/")
	if len(parts) != 4 {
		return p, fmt.Errorf("%w: its address is not complete", twilio.ErrMalformed)
	}
	if p.id, err = channels.ParseDeliveryID(parts[0]); err != nil {
		return p, fmt.Errorf("%w: its address names no delivery", twilio.ErrMalformed)
	}
	p.attempt, err = strconv.Atoi(parts[1])
	p.lang, p.word = broker.Lang(parts[2]), parts[3]
	if err != nil || p.attempt < 1 || !p.lang.Valid() || p.word != wordStatus && p.word != wordKey && p.word != wordMachine {
		return p, fmt.Errorf("%w: its address is not one of ours", twilio.ErrMalformed)
	}
	return p, nil
}

// ParseReport reads one of Twilio's callbacks and checks its signature over
// the public address that was asked for, whatever a proxy made of it. The
// error is, or wraps, twilio.ErrForged, twilio.ErrMalformed or channels.ErrTooLarge. A word that says
// nothing about the delivery, as another key, has no State.
func (c *Channel) ParseReport(r *http.Request) (channels.Report, error) {
	p, err := c.parsePlace(r)
	if err != nil {
		return channels.Report{}, err
	}
	form, err := c.callbacks.Form(r, p.path)
	if err != nil {
		return channels.Report{}, err
	}
	return c.report(p, form)
}

func (c *Channel) report(p place, form url.Values) (channels.Report, error) {
	out := channels.Report{Delivery: p.id, Attempt: p.attempt, Ref: form.Get("CallSid"), At: c.now()}
	switch p.word {
	case wordKey:
		out.Code = "key " + fmt.Sprintf("%.1s", form.Get("Digits"))
		if form.Get("Digits") == keyHeard {
			out.State = channels.Delivered
		}
		return out, nil
	case wordMachine:
		c.answeredBy(form.Get("AnsweredBy"), &out)
		return out, nil
	}
	if err := c.ended(form, &out); err != nil {
		return channels.Report{}, err
	}
	return out, nil
}

// answeredBy takes a machine for nobody where the policy is to hang up. A fax
// will not become a person.
func (c *Channel) answeredBy(who string, out *channels.Report) {
	switch {
	case c.cfg.Machine != HangUp:
	case who == "fax":
		out.State, out.Class, out.Code = channels.Failed, channels.Rejected, "fax"
	case strings.HasPrefix(who, "machine"):
		c.missed("machine", out)
	}
}

func (c *Channel) missed(code string, out *channels.Report) {
	out.State, out.Class, out.Code = channels.Failed, channels.Retryable, code
	out.Tries, out.After = c.cfg.Tries, c.cfg.RetryAfter
}

// ended reads a call's status (https://www.twilio.com/docs/voice/api/call-resource#call-status-values).
func (c *Channel) ended(form url.Values, out *channels.Report) error {
	switch status := form.Get("CallStatus"); status {
	case "queued", "initiated", "ringing", "in-progress":
		out.State = channels.Accepted
	case "completed":
		out.State = channels.Accepted
		c.answeredBy(form.Get("AnsweredBy"), out)
		out.Last = out.State == channels.Accepted
	case "busy", "no-answer", "canceled":
		c.missed(status, out)
	case "failed":
		c.notConnected(form, out)
	default:
		return fmt.Errorf("%w: CallStatus is %.20q", twilio.ErrMalformed, status)
	}
	return nil
}

// notConnected reads why the network could not connect a call. 404 is no proof
// that a number does not exist: RFC 3398, 7.2.4.1 makes it of "no route" too.
func (c *Channel) notConnected(form url.Values, out *channels.Report) {
	code, _ := strconv.Atoi(form.Get("SipResponseCode")) // 0: it says nothing
	switch code {
	case 410, 484, 604: // RFC 3261, 21: gone for good, not a whole number, does not exist anywhere
		out.State, out.Class = channels.Failed, channels.Gone
	case 404, 403, 405, 488, 501, 606:
		out.State, out.Class = channels.Failed, channels.Rejected
	default:
		c.missed("failed", out)
	}
	if code > 0 {
		out.Code = "SIP " + strconv.Itoa(code)
	}
}
