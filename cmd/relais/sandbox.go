package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"relais/broker"
	"relais/channels"
	"relais/channels/sandbox"
)

// sandboxCommand runs the stand-ins for the providers alone, for a Relais that
// runs elsewhere on this machine.
type sandboxCommand struct {
	HTTP       string      `name:"http" default:"127.0.0.1:8025" placeholder:"HOST:PORT" help:"Where phone company, push service, outbox and faults answer (${default})."`
	SMTP       string      `name:"smtp" default:"127.0.0.1:1025" placeholder:"HOST:PORT" help:"Where mail is taken (${default})."`
	AccountSID string      `default:"AC00000000000000000000000000000de0" placeholder:"SID" help:"Account of the phone company's stand-in (${default})."`
	AuthToken  string      `default:"demonstration" placeholder:"TOKEN" help:"Its token, which signs its callbacks (${default})."`
	Keep       int         `default:"20000" placeholder:"N" help:"Messages that stay whole; older ones are only counted (${default})."`
	Lang       broker.Lang `default:"en" enum:"fr,nl,de,en" help:"Language of the pages for browsers that ask for none of ours: fr, nl, de or en (${default})."`
	InboundURL string      `default:"http://127.0.0.1:8080/callbacks/sms/inbound" placeholder:"URL" help:"Where Relais takes what people write back, until its first SMS says so (${default})."`
	Seed       uint64      `placeholder:"N" help:"Seed of the faults' dice, to see the same faults again; else random."`
	CPUProfile string      `name:"cpu-profile" hidden:"" placeholder:"FILE" help:"Write where the processor's time goes, for go tool pprof."`
}

// Run starts the stand-ins, says how to use them, and stops them when ctx ends.
func (c *sandboxCommand) Run(ctx context.Context, p *program) (err error) {
	if c.CPUProfile != "" {
		end, err := profileTo(c.CPUProfile)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, end()) }()
	}
	log := slog.New(slog.NewTextHandler(p.Stderr, nil))
	s, err := sandbox.Start(ctx, sandbox.Config{
		SMTPAddr: c.SMTP, HTTPAddr: c.HTTP, AccountSID: c.AccountSID, AuthToken: channels.NewSecret(c.AuthToken),
		Keep: c.Keep, Lang: c.Lang, Inbound: c.InboundURL, Seed: c.Seed,
	}, log)
	if err != nil {
		return fmt.Errorf("start stand-ins: %w; choose another address with --http or --smtp, or end the program that has it", err)
	}
	steps := lifecycle{log: log}
	steps.started("stand-ins", s.Close)
	if err := c.explain(p.Stdout, s); err != nil {
		return err
	}
	<-ctx.Done()
	return steps.stop(context.WithoutCancel(ctx))
}

// explain prints the addresses, and the lines that make a Relais send here.
func (c *sandboxCommand) explain(out io.Writer, s *sandbox.Sandbox) error {
	host, port, err := net.SplitHostPort(s.SMTPAddr())
	if err != nil {
		return fmt.Errorf("address of the mail stand-in: %w", err)
	}
	_, err = fmt.Fprintf(out, `# Stand-ins for the phone company, the mail server and the push service. Nothing leaves this machine.
#
#   Outbox   %[1]s/outbox    every SMS, email, push and call as its recipient gets it, live
#   Texts    %[1]s/texts     write an SMS as one of them: OK 4821, STOP, anything
#   Faults   %[1]s/faults    let them fail: from the page, or as JSON, one channel at a time:
#
#     curl -X PUT %[1]s/faults/sms -d '{"errorRate":0.2,"latency":"250ms"}'
#     curl -X PUT %[1]s/faults/sms -d '{}'
#     curl -X POST %[1]s/texts.json -H 'Content-Type: application/json' -d '{"from":"+32470123456","text":"STOP"}'
#     curl -X POST %[1]s/push/subscriptions     a browser, for the push column of a list of members
#
# Paste this into relais.yaml:
channels:
  sms: {base_url: %[1]q, account_sid: %[2]s, auth_token: %[3]q, from: "+32460000101", inbound: true}
  email: {host: %[4]s, port: %[5]s, tls: none, from: plp@police.example, from_name: PLP}
  push: {subject: "mailto:plp@police.example", base_url: %[1]q, allow_insecure: true}
  voice: {base_url: %[1]q, account_sid: %[2]s, auth_token: %[3]q, from: "+3227931000"}
# Ctrl-C ends it.
`, s.URL(), c.AccountSID, c.AuthToken, host, port)
	return err
}
