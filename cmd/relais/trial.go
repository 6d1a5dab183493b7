package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"

	"relais/channels"
	"relais/channels/email"
	"relais/channels/push"
	"relais/channels/sandbox"
	"relais/channels/sms"
	"relais/channels/trial"
	"relais/channels/voice"
	"relais/config"
)

// trialStandIns take the providers' place for everybody who is not listed.
type trialStandIns struct {
	sandbox *sandbox.Sandbox
	browser channels.Address // gets every push message: only its owner can open what is encrypted for a real one
	host    string
	port    int
}

// The stand-ins are in this process, and nobody else knows where.
const (
	trialAccount = "AC0000000000000000000000000000074a"
	trialToken   = "trial"
	trialKeeps   = 20000 // messages whole, per node; older ones are only counted
)

func startTrial(ctx context.Context, cfg config.Trial, log *slog.Logger) (*trialStandIns, error) {
	box, err := sandbox.Start(ctx, sandbox.Config{
		HTTPAddr: cfg.Outbox, AccountSID: trialAccount, AuthToken: channels.NewSecret(trialToken), Keep: trialKeeps,
	}, log)
	if err != nil {
		return nil, fmt.Errorf("trial.outbox: %w; choose another address or end the program that has it", err)
	}
	s := &trialStandIns{sandbox: box}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, box.Close(ctx))
	}
	return s, nil
}

func (s *trialStandIns) prepare() error {
	host, port, err := net.SplitHostPort(s.sandbox.SMTPAddr())
	if err != nil {
		return fmt.Errorf("address of the mail stand-in: %w", err)
	}
	s.host = host
	if s.port, err = strconv.Atoi(port); err != nil {
		return fmt.Errorf("port of the mail stand-in: %w", err)
	}
	browser, err := s.sandbox.NewSubscription()
	if err != nil {
		return fmt.Errorf("make the trial's browser: %w", err)
	}
	s.browser = channels.NewAddress(browser)
	return nil
}

func (s *trialStandIns) sms(c *sms.Config) {
	c.BaseURL, c.AccountSID, c.AuthToken, c.Inbound = s.sandbox.URL(), trialAccount, channels.NewSecret(trialToken), false
}

func (s *trialStandIns) voice(c *voice.Config) {
	c.BaseURL, c.AccountSID, c.AuthToken = s.sandbox.URL(), trialAccount, channels.NewSecret(trialToken)
}

func (s *trialStandIns) push(c *push.Config) {
	c.BaseURL, c.AllowInsecure = s.sandbox.URL(), true
}

func (s *trialStandIns) email(c *email.Config) {
	c.Host, c.Port, c.TLS, c.Username, c.Password = s.host, s.port, email.Plain, "", channels.Secret{}
	c.PerSecond, c.Bounces = 0, email.Default().Bounces
}

// onTrial opens the channel once more, to its stand-in, and lets each delivery
// go to one of the two. The stand-in reports nothing later: reports come to
// this node signed by the provider.
func onTrial(ctx context.Context, kind channelKind, deps channelDeps, real *openChannel) error {
	deps.standIn, deps.publicURL = true, ""
	standIn, err := kind.open(ctx, deps)
	if err != nil {
		return errors.Join(fmt.Errorf("open its stand-in: %w", err), real.close())
	}
	both := &trial.Channel{Real: real.Channel, StandIn: standIn.Channel, Listed: deps.cfg.Trial.Listed}
	if kind.name == channels.Push {
		both.Instead = deps.trial.browser
	}
	real.Channel = both
	if real.Find != nil {
		real.Find = &trial.Finder{Real: real.Find, StandIn: standIn.Find, Listed: deps.cfg.Trial.Listed}
	}
	closeReal := real.close
	real.close = func() error { return errors.Join(closeReal(), standIn.close()) }
	return nil
}
