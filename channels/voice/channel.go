package voice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"relais/broker"
	"relais/channels"
	"relais/channels/twilio"
)

// Channel calls people. It is safe for use from many goroutines.
type Channel struct {
	cfg       Config
	texts     Texts
	speaker   speaker
	account   *twilio.Account
	callbacks *twilio.Callbacks // where none come, no reports are asked for and no keys are offered
	made      *made
	log       *slog.Logger
	now       func() time.Time
}

var _ channels.Channel = (*Channel)(nil)

// Texts knows what a delivery says, for somebody who asks to hear it again.
type Texts interface {
	Content(ctx context.Context, id channels.DeliveryID) (*channels.Content, error)
}

// New checks cfg and opens no connection yet. callbackBase is the public
// address under which Twilio reaches this program ("https://relais.zone.example");
// when it is empty, no reports are asked for and no keys are offered.
func New(cfg Config, words channels.WordsByLang, texts Texts, callbackBase string, log *slog.Logger) (*Channel, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure voice: %w", err)
	}
	callbacks, err := twilio.NewCallbacks(callbackBase, cfg.AuthToken)
	if err != nil {
		return nil, fmt.Errorf("configure voice: %w", err)
	}
	speaker, err := newSpeaker(cfg, words)
	if err != nil {
		return nil, fmt.Errorf("configure voice: %w", err)
	}
	account, err := twilio.NewAccount(cfg.access(), terms(), log)
	if err != nil {
		return nil, fmt.Errorf("configure voice: %w", err)
	}
	return &Channel{
		cfg: cfg, callbacks: callbacks, texts: texts, speaker: speaker, account: account, made: newMade(), log: log, now: time.Now,
	}, nil
}

func newSpeaker(cfg Config, words channels.WordsByLang) (speaker, error) {
	for _, lang := range broker.Langs() {
		if words[lang].Emergency == "" { // PLP.md, rule 1
			return speaker{}, fmt.Errorf("no emergency line in %q", lang)
		}
	}
	spoken, err := loadSpoken()
	return speaker{words: words, spoken: spoken, voices: cfg.Voices.byLang(), repeats: cfg.Repeats}, err
}

// Close lets the kept connections go. Calls under way are not touched.
func (c *Channel) Close() { c.account.Close() }

// Check asks Twilio for our account, which calls nobody and costs nothing. The
// error is a *channels.SendError.
func (c *Channel) Check(ctx context.Context) error { return c.account.Check(ctx) }

// Send asks Twilio to make one call. See channels.Channel for its errors.
func (c *Channel) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.SendError{Class: channels.Retryable, Err: fmt.Errorf("not called: %w", err)}
	}
	params, err := c.request(d)
	if err != nil {
		return channels.Receipt{}, &channels.SendError{Class: channels.Rejected, Err: err}
	}
	call, end := c.account.Dial(ctx)
	defer end()
	answer, err := call.Service().CreateCall(params)
	if err != nil {
		return channels.Receipt{}, call.Failure(err)
	}
	// An answer that names no call came from somebody else on the way.
	if twilio.Value(answer.Sid) == "" {
		return channels.Receipt{}, &channels.SendError{Class: channels.Ambiguous, Err: errors.New("the provider's answer names no call")}
	}
	c.made.add(*answer.Sid, d.ID)
	return channels.Receipt{Ref: *answer.Sid, Awaits: c.callbacks.Come(), Units: minutes(*params.Twiml)}, nil
}

// request is the form for a delivery. The TwiML goes with it, so that nothing
// needs to fetch the text.
func (c *Channel) request(d channels.Delivery) (*api.CreateCallParams, error) {
	if !d.NotAfter.IsZero() && !c.now().Before(d.NotAfter) {
		return nil, errors.New("the message has expired")
	}
	if err := c.cfg.Countries.Check(d.To.Reveal()); err != nil { // a row from before the list, or from elsewhere
		return nil, fmt.Errorf("the address %w", err)
	}
	action := ""
	if c.callbacks.Come() {
		action = c.address(d.ID, d.Attempt, d.Content.Lang, wordKey)
	}
	text, err := c.speaker.call(d.Content, action)
	if err != nil {
		return nil, err
	}
	to, ring, limit := d.To.Reveal(), seconds(c.cfg.Ring), seconds(c.cfg.MaxDuration)
	p := &api.CreateCallParams{To: &to, From: &c.cfg.From, Twiml: &text, Timeout: &ring, TimeLimit: &limit}
	if c.callbacks.Come() {
		p.SetStatusCallback(c.address(d.ID, d.Attempt, d.Content.Lang, wordStatus))
		// initiated comes while it rings, so that a call whose answer was lost is known soon.
		p.SetStatusCallbackEvent([]string{"initiated", "completed"})
	}
	c.detect(p, d)
	return p, nil
}

// detect asks Twilio whether a machine answers. To leave a message it waits for
// the tone before it speaks. To hang up it listens while it speaks, so that a
// person hears no silence.
func (c *Channel) detect(p *api.CreateCallParams, d channels.Delivery) {
	switch {
	case c.cfg.Machine == LeaveMessage:
		p.SetMachineDetection("DetectMessageEnd")
	case c.callbacks.Come():
		p.SetMachineDetection("Enable")
		p.SetAsyncAmd("true")
		p.SetAsyncAmdStatusCallback(c.address(d.ID, d.Attempt, d.Content.Lang, wordMachine))
	}
}

func seconds(d time.Duration) int { return int(d / time.Second) }
