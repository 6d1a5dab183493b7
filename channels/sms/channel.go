package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	twilio "github.com/twilio/twilio-go/client"

	"relais/broker"
	"relais/channels"
)

// maxValidity is the longest that Twilio keeps a message in its queue, in
// seconds, and what it does when nothing is said (ValidityPeriod, 1 to 36000).
const maxValidity = 36_000

// Channel sends text messages. It is safe for use from many goroutines.
type Channel struct {
	cfg        Config
	callbacks  string // the public address of this program; empty: no reports
	texts      *cache
	account    *account
	meanings   map[int]meaning
	signatures *signatures
	validator  twilio.RequestValidator
	log        *slog.Logger
	alarm      alarm
	now        func() time.Time
}

var _ channels.Channel = (*Channel)(nil)

// New checks cfg and opens no connection yet. callbackBase is the public
// address under which Twilio reaches this program ("https://relais.zone.example");
// when it is empty, no reports are asked for.
func New(cfg Config, words channels.WordsByLang, callbackBase string, log *slog.Logger) (*Channel, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure sms: %w", err)
	}
	callbacks, err := parseCallbackBase(callbackBase)
	if err != nil {
		return nil, fmt.Errorf("configure sms: %w", err)
	}
	for _, lang := range broker.Langs() {
		if words[lang].Emergency == "" { // PLP.md, rule 1
			return nil, fmt.Errorf("configure sms: no emergency line in %q", lang)
		}
	}
	account, err := newAccount(cfg)
	if err != nil {
		return nil, fmt.Errorf("configure sms: base_url: %w", err)
	}
	return &Channel{
		cfg: cfg, callbacks: callbacks, account: account, log: log, now: time.Now,
		texts:      newCache(renderer{words: words, inbound: cfg.Inbound}),
		meanings:   meanings(),
		signatures: newSignatures(cfg.AuthToken.Reveal()),
		validator:  twilio.NewRequestValidator(cfg.AuthToken.Reveal()),
	}, nil
}

// Close lets the kept connections go. Calls under way are not touched.
func (c *Channel) Close() { c.account.client.CloseIdleConnections() }

// Send hands one message to Twilio. See channels.Channel for its errors.
func (c *Channel) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.SendError{Class: channels.Retryable, Err: fmt.Errorf("not called: %w", err)}
	}
	form, err := c.message(d)
	if err != nil {
		return channels.Receipt{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	call := c.account.dial(ctx)
	answer, err := call.create(form)
	if err != nil {
		return channels.Receipt{}, c.failure(err, call.connected.Load())
	}
	return c.receipt(answer, form.Get("Body"))
}

// message is the request's form for a delivery.
func (c *Channel) message(d channels.Delivery) (url.Values, error) {
	to := d.To.Reveal()
	if err := c.cfg.Countries.Check(to); err != nil { // a row from before the list, or from elsewhere
		return nil, &channels.SendError{Class: channels.Rejected, Err: fmt.Errorf("the address %w", err)}
	}
	form := url.Values{"To": {to}, "Body": {c.texts.text(d)}}
	if c.cfg.From != "" {
		form.Set("From", c.cfg.From)
	}
	if c.cfg.MessagingServiceSID != "" {
		form.Set("MessagingServiceSid", c.cfg.MessagingServiceSID)
	}
	if c.callbacks != "" {
		form.Set("StatusCallback", c.callbacks+callbackPath+d.ID.String())
	}
	if d.NotAfter.IsZero() {
		return form, nil
	}
	left := d.NotAfter.Sub(c.now())
	if left <= 0 {
		return nil, &channels.SendError{Class: channels.Rejected, Err: errors.New("the message has expired")}
	}
	if seconds := max(1, int(left/time.Second)); seconds < maxValidity {
		form.Set("ValidityPeriod", strconv.Itoa(seconds))
	}
	return form, nil
}

// receipt reads a 2xx answer. One that names no message came from somebody
// else on the way, so nobody knows.
func (c *Channel) receipt(m created, text string) (channels.Receipt, error) {
	if m.SID == "" {
		return channels.Receipt{}, &channels.SendError{Class: channels.Ambiguous, Err: errors.New("the provider's answer names no message")}
	}
	if m.ErrorCode != nil && stateOf(m.Status) == channels.Failed {
		return channels.Receipt{}, c.asSendError(&refusal{code: *m.ErrorCode})
	}
	return channels.Receipt{Ref: m.SID, Awaits: c.callbacks != "", Units: Count(text).Parts}, nil
}
