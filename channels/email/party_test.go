package email

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

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

func (p *party) check(classes, want []channels.Class, taken string, dialled int) {
	p.t.Helper()
	sameFates(p.t, classes, want)
	atRest(p.t, p.server, p.c, taken, dialled)
}

const fine channels.Class = ""

func sameFates(t *testing.T, got, want []channels.Class) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what became of the mails (-want +got):\n%s", diff)
	}
}

// atRest waits until nothing is under way, and compares whose mails the server
// has, in order, and how often it was dialled.
func atRest(t *testing.T, server *mailServer, c *Channel, taken string, dialled int) {
	t.Helper()
	var all []string
	for _, mail := range server.got() {
		all = append(all, strings.TrimSuffix(strings.TrimPrefix(mail.to, "member-"), "@quartier.example"))
	}
	if got := strings.Join(all, " "); got != taken {
		t.Errorf("the server has the mails %q, want %q", got, taken)
	}
	if got, _ := server.dials(); got != dialled {
		t.Errorf("dialled %d times, want %d", got, dialled)
	}
	eventually(t, func() bool {
		c.pool.mu.Lock()
		defer c.pool.mu.Unlock()
		server.mu.Lock()
		defer server.mu.Unlock()
		return c.pool.used == 0 && len(c.pool.waiting) == 0 && len(server.open) == len(c.pool.idle)
	})
}

// onDial changes each new connection, as if its server offered less.
func onDial(c *Channel, change func(*conn)) {
	dial := c.pool.dial
	c.pool.dial = func(ctx context.Context) (*conn, error) {
		conn, err := dial(ctx)
		if err == nil {
			change(conn)
		}
		return conn, err
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
	onDial(p.c, func(c *conn) { c.tried = 1 }) // it has served before, and may be tried again if it is dead
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
