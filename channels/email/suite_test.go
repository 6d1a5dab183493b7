package email

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/emersion/go-smtp"

	"relais/channels"
	"relais/channels/channeltest"
)

func TestSuite(t *testing.T) {
	channeltest.Run(t, func(t *testing.T, log *slog.Logger) channeltest.Provider {
		server := startServer(t)
		server.set(func(m *mailServer) { m.password = "Geheim-4711" })
		cfg := configFor(server)
		cfg.Username, cfg.Password = "relais", channels.NewSecret("Geheim-4711")
		c, err := New(cfg, words(t), "relais.example", log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		return &provider{server, c}
	})
}

// provider stands between the suite and the mail server.
type provider struct {
	server  *mailServer
	channel *Channel
}

func (p *provider) Channel() channels.Channel { return p.channel }

func (p *provider) Address(n int) channels.Address {
	return channels.NewAddress(fmt.Sprintf("member-%04d@quartier.example", n))
}

func (p *provider) Secrets() []string { return []string{"Geheim-4711", "quartier.example"} }

// Answer plays what SMTP has. It knows no opting out: the mailbox refuses.
func (p *provider) Answer(a channeltest.Answer) channeltest.Want {
	p.server.set(func(m *mailServer) { m.onRcpt, m.onData = nil, nil })
	refuse := func(code int, enhanced smtp.EnhancedCode) {
		p.server.set(func(m *mailServer) {
			m.onRcpt = func(to string) error { return reply(code, enhanced, "<"+to+"> is not welcome") }
		})
	}
	switch a {
	case channeltest.Throttle:
		refuse(450, smtp.EnhancedCode{4, 2, 1})
		return channeltest.Want{Class: channels.Retryable}
	case channeltest.ServerError:
		refuse(451, smtp.EnhancedCode{4, 3, 0})
		return channeltest.Want{Class: channels.Retryable}
	case channeltest.ClientError:
		refuse(554, smtp.EnhancedCode{5, 6, 0})
		return channeltest.Want{Class: channels.Rejected}
	case channeltest.OptedOut:
		refuse(550, smtp.EnhancedCode{5, 7, 1})
		return channeltest.Want{Class: channels.Rejected}
	case channeltest.Gone:
		refuse(550, smtp.EnhancedCode{5, 1, 1})
		return channeltest.Want{Class: channels.Gone}
	case channeltest.Timeout:
		p.server.set(func(m *mailServer) { m.onData = m.hangAfterText })
		return channeltest.Want{Class: channels.Ambiguous}
	case channeltest.CutAfterBody:
		p.server.set(func(m *mailServer) { m.onData = cutAfterText })
		return channeltest.Want{Class: channels.Ambiguous}
	}
	return channeltest.Want{}
}

func (p *provider) Took() map[channels.Address]int {
	took := make(map[channels.Address]int)
	for _, mail := range p.server.got() {
		took[channels.NewAddress(mail.to)]++
	}
	return took
}
