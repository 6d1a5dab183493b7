package email

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"relais/broker"
	"relais/channels"
)

func TestMailsGoTogether(t *testing.T) {
	p := newParty(t, 4)
	p.check(p.send(), []channels.Class{fine, fine, fine, fine}, "0 1 2 3", 1)
	for n, mail := range p.server.got() {
		m := parse(t, mail.data)
		if to := fmt.Sprintf("<member-%d@quartier.example>", n); m.header.Get("To") != to || !strings.HasSuffix(string(mail.data), "--\r\n") {
			t.Errorf("mail %d is for %s and ends with %q", n, m.header.Get("To"), mail.data[len(mail.data)-10:])
		}
	}
	if written := p.server.written(); strings.Count(written, "\r\nBDAT ") != 4 || strings.Contains(written, "DATA\r\n") {
		t.Errorf("the mails did not go by BDAT alone")
	}
}

// The server says nothing until it has the last text.
func TestMailsThatGoTogetherWaitForNoAnswer(t *testing.T) {
	became := answeredAtTheEnd(t, "250 sender", "250 recipient", "250 text",
		"250 reset", "250 sender", "250 recipient", "250 text",
		"250 reset", "250 sender", "250 recipient", "250 text")
	sameFates(t, became, []channels.Class{fine, fine, fine})
}

// Who takes the text of a mail that they refused did not read the commands as we
// wrote them (RFC 3030, 2).
func TestAServerOutOfStepIsNotBelieved(t *testing.T) {
	became := answeredAtTheEnd(t, "250 sender", "250 recipient", "250 text",
		"250 reset", "250 sender", "550 5.1.1 recipient", "250 text",
		"250 reset", "250 sender", "250 recipient", "250 text")
	sameFates(t, became, []channels.Class{fine, channels.Ambiguous, channels.Ambiguous})
}

// Exim counts RSET after mails that it refused, and ends the connection at the
// eleventh. What came after it has not been taken.
func TestAServerThatRefusesRSETTakesNoMore(t *testing.T) {
	const tooMany = "554 too many nonmail commands"
	for want, answers := range map[[3]channels.Class][]string{
		{fine, channels.Retryable, channels.Retryable}: {"250 sender", "250 recipient", "250 text", tooMany},
		{channels.Gone, fine, channels.Retryable}: {"250 sender", "550 5.1.1 recipient", "503 text",
			"250 reset", "250 sender", "250 recipient", "250 text", tooMany},
	} {
		sameFates(t, answeredAtTheEnd(t, answers...), want[:])
	}
}

func TestAConnectionIsLeftAfterManyRefusals(t *testing.T) {
	p := newParty(t, mostRefusals)
	p.server.onRcpt = noMailbox("member-")
	p.send()
	p.server.set(func(m *mailServer) { m.onRcpt = nil })
	mustSend(t, p.c, delivery(channels.ForMember, broker.French))
	if dialled, _ := p.server.dials(); dialled != 2 {
		t.Errorf("dialled %d times, want 2", dialled)
	}
}

func TestWhatBecomesOfMailsThatGoTogether(t *testing.T) {
	for name, tc := range map[string]struct {
		set     func(p *party)
		want    []channels.Class
		taken   string
		dialled int
	}{
		"one has no mailbox": {func(p *party) {
			p.server.onRcpt = noMailbox("member-1@")
		}, []channels.Class{fine, channels.Gone, fine}, "0 2", 1},
		"the last has no mailbox": {func(p *party) {
			p.server.onRcpt = noMailbox("member-2@")
		}, []channels.Class{fine, fine, channels.Gone}, "0 1", 1},
		"one is refused after its text": {func(p *party) {
			p.server.onData = nth(0, func(*smtp.Conn, func()) error { return reply(554, smtp.EnhancedCode{5, 7, 1}, "no") })
		}, []channels.Class{channels.Rejected, fine, fine}, "1 2", 1},
		"the server ends the connection with the second's answer": {func(p *party) {
			p.server.onData = nth(1, func(*smtp.Conn, func()) error { return reply(421, smtp.EnhancedCode{4, 3, 2}, "going down") })
			var asked atomic.Int64
			p.server.onRcpt = func(string) error {
				if asked.Add(1) == 3 {
					p.server.hangUp()
				}
				return nil
			}
		}, []channels.Class{fine, channels.Throttled, fine}, "0 2", 2},
		"the server says that it ends the connection and goes on": {func(p *party) {
			p.server.onData = nth(0, func(*smtp.Conn, func()) error { return reply(421, smtp.EnhancedCode{4, 3, 2}, "going down") })
		}, []channels.Class{channels.Throttled, fine, fine}, "1 2", 1},
		"cut after the second's text": {func(p *party) {
			p.server.onData = nth(1, cutAfterText)
		}, []channels.Class{fine, channels.Ambiguous, channels.Ambiguous}, "0 1", 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty(t, 3)
			tc.set(p)
			p.check(p.send(), tc.want, tc.taken, tc.dialled)
		})
	}
}

func noMailbox(who string) func(to string) error {
	return func(to string) error {
		if strings.HasPrefix(to, who) {
			return reply(550, smtp.EnhancedCode{5, 1, 1}, "unknown")
		}
		return nil
	}
}

// nth has the server take every text but one as usual.
func nth(which int, instead func(*smtp.Conn, func()) error) func(*smtp.Conn, func()) error {
	var texts atomic.Int64
	return func(c *smtp.Conn, take func()) error {
		if texts.Add(1) == int64(which+1) {
			return instead(c, take)
		}
		take()
		return nil
	}
}

// A connection that rested long may be dead, which shows only once everything
// has been written: it is asked before.
func TestMailsDoNotGoTogetherOverADeadConnection(t *testing.T) {
	p := newParty(t, 3)
	mustSend(t, p.c, delivery(channels.ForMember, broker.French))
	p.server.hangUp()
	p.c.pool.idle[0].rested = time.Now().Add(-time.Minute)
	sameFates(t, p.send(), []channels.Class{fine, fine, fine})
	if dialled, _ := p.server.dials(); dialled != 2 || len(p.server.got()) != 4 {
		t.Errorf("dialled %d times for %d mails, want 2 for 4", dialled, len(p.server.got()))
	}
}

func TestWhoGoesTogetherMayGiveUp(t *testing.T) {
	p := newParty(t, 3)
	reached, release := make(chan struct{}), make(chan struct{})
	p.server.onData = nth(0, func(_ *smtp.Conn, take func()) error {
		close(reached)
		<-release
		take()
		return nil
	})
	p.begin()
	<-reached
	p.leave[1]()
	if got := p.what(1); got != channels.Ambiguous {
		t.Errorf("who gave up while the mail was under way got %q, want ambiguous", got)
	}
	close(release)
	if first, last := p.what(0), p.what(2); first != fine || last != fine {
		t.Errorf("the others got %q and %q, want both taken", first, last)
	}
	p.check(nil, nil, "0 1 2", 1)
}

// What goes together and was not looked at waits again in its old place, behind
// what is more urgent, unless nobody waits for it.
func TestMailsThatDidNotGoWaitAgain(t *testing.T) {
	p := newParty(t, 6)
	p.deliveries[5].Priority = broker.Urgent
	all := p.deliveries
	p.deliveries = all[:4]
	reached, release := make(chan struct{}), make(chan struct{})
	p.server.onData = nth(0, func(*smtp.Conn, func()) error {
		close(reached)
		<-release
		return reply(421, smtp.EnhancedCode{4, 3, 2}, "going down")
	})
	var asked atomic.Int64
	p.server.onRcpt = func(string) error {
		if asked.Add(1) == 2 {
			p.server.hangUp()
		}
		return nil
	}
	p.begin()
	<-reached
	p.deliveries = all
	p.wait(4)
	p.wait(5)
	p.leave[1]()
	p.what(1)
	close(release)
	sameFates(t, []channels.Class{p.what(2), p.what(3), p.what(4), p.what(5)}, []channels.Class{fine, fine, fine, fine})
	p.what(0)
	p.check(nil, nil, "5 2 3 4", 2)
}

func TestUrgentMailsGoFirst(t *testing.T) {
	p := newParty(t, 4)
	p.deliveries[0].Priority, p.deliveries[1].Priority = broker.Bulk, broker.Bulk
	p.deliveries[3].Priority = broker.Urgent
	p.check(p.send(), []channels.Class{fine, fine, fine, fine}, "3 2 0 1", 1)
}

func TestHowManyGoTogether(t *testing.T) {
	for name, tc := range map[string]struct {
		mails  int
		change func(*Config)
		alone  int // not behind another
		groups int // connections
	}{
		"sixteen at most":               {20, func(*Config) {}, 2, 1},
		"as many as a connection takes": {9, func(cfg *Config) { cfg.MaxPerConnection = 4 }, 3, 3},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty(t, tc.mails, tc.change)
			p.send()
			written := p.server.written()
			if got := strings.Count(written, "MAIL FROM") - strings.Count(written, "RSET\r\nMAIL FROM"); got != tc.alone {
				t.Errorf("%d groups of mails, want %d", got, tc.alone)
			}
			if dialled, _ := p.server.dials(); dialled != tc.groups {
				t.Errorf("dialled %d times, want %d", dialled, tc.groups)
			}
			if got := len(p.server.got()); got != tc.mails {
				t.Errorf("the server has %d mails, want %d", got, tc.mails)
			}
		})
	}
}

func TestMailsWithPicturesGoOneByOne(t *testing.T) {
	p := newParty(t, 3)
	for n := range p.deliveries {
		content := *p.deliveries[n].Content
		content.Picture = &channels.Picture{JPEG: make([]byte, 150<<10), Alt: "a map"}
		p.deliveries[n].Content = &content
	}
	p.check(p.send(), []channels.Class{fine, fine, fine}, "0 1 2", 1)
	if strings.Contains(p.server.written(), "BDAT") {
		t.Error("large mails went together")
	}
}
