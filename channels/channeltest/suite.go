// Package channeltest is the suite that every channel passes: what
// channels.Channel promises, tried against a stand-in for the provider that
// answers on the wire.
package channeltest

import (
	"log/slog"
	"testing"
	"time"

	"relais/channels"
)

// Provider is a channel, and the stand-in that it talks to over a real socket.
type Provider interface {
	// Channel returns the channel under test. Its own time limit is a minute
	// or more, so that the context of the suite decides.
	Channel() channels.Channel
	// Address returns the n-th address (from 0) that the channel takes. No two
	// are equal.
	Address(n int) channels.Address
	// Secrets lists strings that no error and no log line may hold: passwords,
	// tokens, and parts of an address that mean something on their own. The
	// suite looks for addresses, texts and links by itself.
	Secrets() []string
	// Answer sets how the stand-in behaves from the next call on, and says
	// what the channel must make of it. A provider whose protocol lacks an
	// answer plays the nearest one that it has (SMTP: 450 for Throttle).
	Answer(a Answer) Want
	// Took counts what the stand-in has read completely and did not refuse,
	// cut calls included, by address.
	Took() map[channels.Address]int
}

// Answer is how a provider behaves.
type Answer string

// The answers that the suite asks for.
const (
	Accept       Answer = "accept"
	Throttle     Answer = "throttle"       // too many requests, come back after RetryAfter
	ServerError  Answer = "server error"   // the provider's own fault
	ClientError  Answer = "client error"   // this delivery will never do
	OptedOut     Answer = "opted out"      // the recipient told the provider to stop
	Gone         Answer = "gone"           // the address does not exist (any more)
	Timeout      Answer = "timeout"        // it never answers
	CutAfterBody Answer = "cut after body" // it reads everything, then cuts the connection
)

// RetryAfter is the pause that Throttle asks for, where the protocol can say it.
const RetryAfter = 7 * time.Second

// Want is what a channel must make of an Answer.
type Want struct {
	Class channels.Class
	After time.Duration
}

// mayBe lists the classes that a provider may declare for an Answer. The first
// is the usual one; the others are for protocols that cannot say it.
func (a Answer) mayBe() []channels.Class {
	switch a {
	case Throttle:
		return []channels.Class{channels.Throttled, channels.Retryable}
	case ServerError:
		return []channels.Class{channels.Retryable}
	case ClientError:
		return []channels.Class{channels.Rejected}
	case OptedOut:
		return []channels.Class{channels.OptedOut, channels.Gone, channels.Rejected}
	case Gone:
		return []channels.Class{channels.Gone}
	case Timeout:
		return []channels.Class{channels.Ambiguous, channels.Retryable} // retryable: it hangs before the delivery was handed over
	case CutAfterBody:
		return []channels.Class{channels.Ambiguous}
	}
	return nil
}

// Run tries everything that channels.Channel promises. It calls start once for
// each case; start gives log to the channel and cleans up with t.Cleanup.
func Run(t *testing.T, start func(t *testing.T, log *slog.Logger) Provider) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			logs := &logBuffer{}
			p := start(t, slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug})))
			s := &suite{provider: p, channel: p.Channel(), logs: logs}
			if err := c.try(s); err != nil {
				t.Error(err)
			}
			if err := s.checkLogs(); err != nil {
				t.Error(err)
			}
		})
	}
}
