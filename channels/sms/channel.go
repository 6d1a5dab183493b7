package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/twilio"
)

// maxValidity is the longest that Twilio keeps a message in its queue, in
// seconds, and what it does when nothing is said (ValidityPeriod, 1 to 36000).
const maxValidity = 36_000

// Channel sends text messages. It is safe for use from many goroutines.
type Channel struct {
	cfg       Config
	texts     *cache
	account   *twilio.Account
	callbacks *twilio.Callbacks
	now       func() time.Time
}

var _ channels.Channel = (*Channel)(nil)

// New checks cfg and opens no connection yet. callbackBase is the public
// address under which Twilio reaches this program ("https://relais.zone.example");
// when it is empty, no reports are asked for.
func New(cfg Config, words channels.WordsByLang, callbackBase string, log *slog.Logger) (*Channel, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure sms: %w", err)
	}
	callbacks, err := twilio.NewCallbacks(callbackBase, cfg.AuthToken)
	if err != nil {
		return nil, fmt.Errorf("configure sms: %w", err)
	}
	for _, lang := range broker.Langs() {
		if words[lang].Emergency == "" { // PLP.md, rule 1
			return nil, fmt.Errorf("configure sms: no emergency line in %q", lang)
		}
	}
	account, err := twilio.NewAccount(cfg.access(), terms(), log)
	if err != nil {
		return nil, fmt.Errorf("configure sms: %w", err)
	}
	return &Channel{
		cfg: cfg, callbacks: callbacks, account: account, now: time.Now,
		texts: newCache(renderer{words: words, inbound: cfg.Inbound}),
	}, nil
}

// Close lets the kept connections go. Calls under way are not touched.
func (c *Channel) Close() { c.account.Close() }

// Check asks Twilio for our account, which sends nothing and costs nothing. The
// error is a *channels.SendError.
func (c *Channel) Check(ctx context.Context) error { return c.account.Check(ctx) }

// Send hands one message to Twilio. See channels.Channel for its errors.
func (c *Channel) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.SendError{Class: channels.Retryable, Err: fmt.Errorf("not called: %w", err)}
	}
	form, err := c.message(d)
	if err != nil {
		return channels.Receipt{}, err
	}
	call, end := c.account.Dial(ctx)
	defer end()
	var answer created
	if err := call.Post("Messages", form, &answer); err != nil {
		return channels.Receipt{}, call.Failure(err)
	}
	return c.receipt(answer, form.Get("Body"))
}

// created is what we read of Twilio's answer to a new message.
type created struct {
	SID       string `json:"sid"`
	Status    string `json:"status"`
	ErrorCode *int   `json:"error_code"`
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
	if c.callbacks.Come() {
		form.Set("StatusCallback", c.callbacks.Address(callbackPath+d.ID.String()))
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
		return channels.Receipt{}, c.account.Refused(*m.ErrorCode)
	}
	return channels.Receipt{Ref: m.SID, Awaits: c.callbacks.Come(), Units: Count(text).Parts}, nil
}
