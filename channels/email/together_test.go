package email

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

// party is some mails that come to wait while the only connection is taken.
type party struct {
	t      *testing.T
	server *mailServer
	c      *Channel

	deliveries []channels.Delivery
	became     []chan error
	leave      []context.CancelFunc // of each mail
}

func newParty(t *testing.T, mails int, change ...func(*Config)) *party {
	server := startServer(t)
	cfg := configFor(server)
	cfg.Connections = 1
	for _, change := range change {
		change(&cfg)
	}
	p := &party{t: t, server: server, c: start(t, cfg, nil)}
	for n := range mails {
		d := channeltest.Delivery(n, channels.NewAddress(fmt.Sprintf("member-%d@quartier.example", n)))
		d.Content, d.Priority = channeltest.Content(channels.ForMember, broker.Dutch), broker.Normal
		p.deliveries = append(p.deliveries, d)
	}
	return p
}

// send returns what became of each mail.
func (p *party) send() []channels.Class {
	p.t.Helper()
	p.begin()
	return p.end()
}

// begin has the mails wait one behind the other, and then lets the first go.
func (p *party) begin() {
	p.t.Helper()
	pool := p.c.pool
	pool.mu.Lock()
	pool.used++
	pool.mu.Unlock()
	for n := range p.deliveries {
		p.wait(n)
	}
	pool.leave()
}

// wait has one more mail wait.
func (p *party) wait(n int) {
	p.t.Helper()
	before := p.waiting()
	ctx, leave := context.WithCancel(p.t.Context())
	became := make(chan error, 1)
	p.became, p.leave = append(p.became, became), append(p.leave, leave)
	go func() {
		_, err := p.c.Send(ctx, p.deliveries[n])
		became <- err
	}()
	eventually(p.t, func() bool { return p.waiting() == before+1 })
}

func (p *party) waiting() int {
	p.c.pool.mu.Lock()
	defer p.c.pool.mu.Unlock()
	return len(p.c.pool.waiting)
}

func (p *party) end() []channels.Class {
	classes := make([]channels.Class, len(p.became))
	for n := range p.became {
		classes[n] = p.what(n)
	}
	return classes
}

func (p *party) what(n int) channels.Class {
	err := <-p.became[n]
	p.leave[n]()
	if err == nil {
		return fine
	}
	return channels.AsSendError(err).Class
}

// check takes the row's word for what the server and the pool must come to.
func (p *party) check(classes, want []channels.Class, taken string, dialled int) {
	p.t.Helper()
	(&row{t: p.t, server: p.server, c: p.c}).check(classes, want, taken, dialled)
}

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
	if diff := cmp.Diff([]channels.Class{fine, fine, fine}, became); diff != "" {
		t.Errorf("what became of the mails (-want +got):\n%s", diff)
	}
}

// Who takes the text of a mail that they refused did not read the commands as we
// wrote them (RFC 3030, 2).
func TestAServerOutOfStepIsNotBelieved(t *testing.T) {
	became := answeredAtTheEnd(t, "250 sender", "250 recipient", "250 text",
		"250 reset", "250 sender", "550 5.1.1 recipient", "250 text",
		"250 reset", "250 sender", "250 recipient", "250 text")
	if diff := cmp.Diff([]channels.Class{fine, channels.Ambiguous, channels.Ambiguous}, became); diff != "" {
		t.Errorf("what became of the mails (-want +got):\n%s", diff)
	}
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
		if diff := cmp.Diff(want[:], answeredAtTheEnd(t, answers...)); diff != "" {
			t.Errorf("what became of the mails (-want +got):\n%s", diff)
		}
	}
}

func TestAConnectionIsLeftAfterManyRefusals(t *testing.T) {
	p := newParty(t, mostRefusals)
	p.server.onRcpt = func(string) error { return reply(550, smtp.EnhancedCode{5, 1, 1}, "unknown") }
	p.send()
	p.server.set(func(m *mailServer) { m.onRcpt = nil })
	mustSend(t, p.c, delivery(channels.ForMember, broker.French))
	if dialled, _ := p.server.dials(); dialled != 2 {
		t.Errorf("dialled %d times, want 2", dialled)
	}
}

// answeredAtTheEnd sends three mails to a server that answers only once it has read them.
func answeredAtTheEnd(t *testing.T, answers ...string) []channels.Class {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- answerAtTheEnd(listener, 3, strings.Join(answers, "\r\n")+"\r\n") }()
	p := newParty(t, 3, func(cfg *Config) { cfg.Port = listener.Addr().(*net.TCPAddr).Port })
	dial := p.c.pool.dial
	p.c.pool.dial = func(ctx context.Context) (*conn, error) {
		conn, err := dial(ctx)
		if err == nil {
			conn.tried = 1 // as one that has served before, which may be tried again if it is dead
		}
		return conn, err
	}
	became := p.send()
	if err := errors.Join(p.c.Close(), <-served); err != nil {
		t.Error(err)
	}
	return became
}

func answerAtTheEnd(listener net.Listener, mails int, answers string) error {
	c, err := listener.Accept()
	if err := errors.Join(err, listener.Close()); err != nil {
		return err
	}
	in := bufio.NewReader(c)
	fmt.Fprint(c, "220 mx.test\r\n")
	if _, err := in.ReadString('\n'); err != nil { // EHLO
		return err
	}
	fmt.Fprint(c, "250-mx.test\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
	for read := 0; read < mails; {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		var size int64
		if n, _ := fmt.Sscanf(line, "BDAT %d LAST", &size); n == 1 {
			read++
			if _, err := io.CopyN(io.Discard, in, size); err != nil {
				return err
			}
		}
	}
	fmt.Fprint(c, answers)
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, in) // until the client has gone, however
	return c.Close()
}

func TestWhatBecomesOfMailsThatGoTogether(t *testing.T) {
	for name, tc := range map[string]struct {
		set     func(p *party)
		want    []channels.Class
		taken   string
		dialled int
	}{
		"one has no mailbox": {func(p *party) {
			p.server.onRcpt = func(to string) error {
				if strings.HasPrefix(to, "member-1@") {
					return reply(550, smtp.EnhancedCode{5, 1, 1}, "unknown")
				}
				return nil
			}
		}, []channels.Class{fine, channels.Gone, fine}, "0 2", 1},
		"the last has no mailbox": {func(p *party) {
			p.server.onRcpt = func(to string) error {
				if strings.HasPrefix(to, "member-2@") {
					return reply(550, smtp.EnhancedCode{5, 1, 1}, "unknown")
				}
				return nil
			}
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
	classes := p.send()
	if diff := cmp.Diff([]channels.Class{fine, fine, fine}, classes); diff != "" {
		t.Errorf("what became of the mails (-want +got):\n%s", diff)
	}
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
	if diff := cmp.Diff([]channels.Class{fine, fine, fine, fine}, []channels.Class{p.what(2), p.what(3), p.what(4), p.what(5)}); diff != "" {
		t.Errorf("what became of the others (-want +got):\n%s", diff)
	}
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
