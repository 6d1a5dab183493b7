package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"relais/channels"
	"relais/channels/email"
	"relais/channels/push"
	"relais/channels/sms"
	"relais/config"
	"relais/dispatch"
	"relais/store"
	"relais/web"
)

// everyChannel is THE list of channels. A new one is a folder below channels/,
// its test that runs channeltest, and one line here.
func everyChannel() []channelKind {
	return []channelKind{
		{channels.SMS, checkSMS, openSMS},
		{channels.Email, checkEmail, openEmail},
		{channels.Push, checkPush, openPush},
		{channels.Voice, checkVoice, openVoice},
	}
}

// channelKind is how one channel is checked and opened.
type channelKind struct {
	name  channels.Name
	check func(*config.Config) error
	open  func(context.Context, channelDeps) (*openChannel, error) // nil: not configured
}

// channelDeps is what channels are built from.
type channelDeps struct {
	cfg       *config.Config
	words     channels.WordsByLang
	store     *store.Store
	publicURL string
	log       *slog.Logger
	trial     *trialStandIns // nil: everybody's messages are sent
	standIn   bool           // open the channel to the stand-in, not to its provider
}

// openChannel is a channel that is ready to send.
type openChannel struct {
	dispatch.Outlet
	inbound web.InboundParser // nil: nobody writes back, or its provider does not tell us
	replies bool              // readers are told that they may write back
	reports web.ReportParser  // nil: its provider reports nothing later
	browser web.PushChannel   // nil: browsers do not subscribe to it
	close   func() error
	bounces *email.Config // nil: no bounces come to this node

	closeAfter int // deliveries that find that an address does not exist, until it is closed; 0: one
}

// openChannels opens every channel that is configured.
func openChannels(ctx context.Context, deps channelDeps) (map[channels.Name]*openChannel, error) {
	opened := make(map[channels.Name]*openChannel)
	for _, kind := range everyChannel() {
		c, err := kind.open(ctx, deps)
		if err == nil && c != nil && deps.trial != nil {
			err = onTrial(ctx, kind, deps, c)
		}
		if err != nil {
			return opened, fmt.Errorf("open channel %s: %w", kind.name, err)
		}
		if c != nil {
			c.Name = kind.name
			opened[kind.name] = c
		}
	}
	return opened, nil
}

// channelChecks is what config asks about each channel's own part.
func channelChecks() map[string]func(*config.Config) error {
	checks := make(map[string]func(*config.Config) error)
	for _, kind := range everyChannel() {
		checks[string(kind.name)] = kind.check
	}
	return checks
}

// validated reads a channel's part over its defaults and checks it.
func validated[C interface{ Validate() error }](cfg *config.Config, name channels.Name, c *C) (present bool, err error) {
	present, err = cfg.Channel(string(name), c)
	if err != nil || !present {
		return present, err
	}
	return true, (*c).Validate()
}

func checkSMS(cfg *config.Config) error {
	c := sms.Default()
	_, err := validated(cfg, channels.SMS, &c)
	return err
}

func openSMS(_ context.Context, deps channelDeps) (*openChannel, error) {
	c := sms.Default()
	present, err := validated(deps.cfg, channels.SMS, &c)
	if err != nil || !present {
		return nil, err
	}
	if deps.standIn {
		deps.trial.sms(&c)
	}
	ch, err := sms.New(c, deps.words, deps.publicURL, deps.log)
	if err != nil {
		return nil, err
	}
	return &openChannel{
		Outlet:  dispatch.Outlet{Channel: ch, Parallel: c.Concurrency, PerSecond: c.PerSecond, Find: ch},
		reports: ch,
		inbound: ch,
		replies: c.Inbound,
		close:   func() error { ch.Close(); return nil },
	}, nil
}

func checkEmail(cfg *config.Config) error {
	c := email.Default()
	_, err := validated(cfg, channels.Email, &c)
	return err
}

func openEmail(ctx context.Context, deps channelDeps) (*openChannel, error) {
	c := email.Default()
	present, err := validated(deps.cfg, channels.Email, &c)
	if err != nil || !present {
		return nil, err
	}
	if deps.standIn {
		deps.trial.email(&c)
	}
	if c.Bounces.Key, err = bounceKey(ctx, c.Bounces, deps.store); err != nil {
		return nil, err
	}
	ch, err := email.New(c, deps.words, hostOf(deps.publicURL), deps.log)
	if err != nil {
		return nil, err
	}
	opened := &openChannel{
		// While so many go together on each connection, as many wait to go next.
		Outlet:     dispatch.Outlet{Channel: ch, Parallel: 2 * email.Together * c.Connections, PerSecond: c.PerSecond, Collapses: true},
		closeAfter: c.Bounces.CloseAfter,
		close:      ch.Close,
	}
	if c.Bounces.Listen != "" {
		opened.bounces = &c
	}
	return opened, nil
}

func checkPush(cfg *config.Config) error {
	c := push.Default()
	_, err := validated(cfg, channels.Push, &c)
	return err
}

func openPush(ctx context.Context, deps channelDeps) (*openChannel, error) {
	c := push.Default()
	present, err := validated(deps.cfg, channels.Push, &c)
	if err != nil || !present {
		return nil, err
	}
	if deps.standIn {
		deps.trial.push(&c)
	}
	if c.VAPIDPrivateKey.IsZero() {
		if c.VAPIDPrivateKey, err = keptVAPIDKey(ctx, deps.store); err != nil {
			return nil, err
		}
	}
	ch, err := push.New(c, deps.words, deps.log)
	if err != nil {
		return nil, err
	}
	return &openChannel{
		Outlet:  dispatch.Outlet{Channel: ch, Parallel: c.Concurrency, PerSecond: c.PerSecond, Collapses: true},
		browser: ch,
		close:   func() error { ch.Close(); return nil },
	}, nil
}

// keptVAPIDKey makes the key at the first start: browsers subscribe to its
// public half, so every node must have the same, for good.
func keptVAPIDKey(ctx context.Context, s *store.Store) (channels.Secret, error) {
	key, err := s.Setting(ctx, "push.vapid_private_key", func() ([]byte, error) {
		key, err := push.GenerateVAPIDKey()
		return []byte(key), err
	})
	if err != nil {
		return channels.Secret{}, fmt.Errorf("keep VAPID key: %w", err)
	}
	return channels.NewSecret(string(key)), nil
}

func closeChannels(opened map[channels.Name]*openChannel) error {
	var failed []error
	for _, c := range opened {
		failed = append(failed, c.close())
	}
	return errors.Join(failed...)
}
