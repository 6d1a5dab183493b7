package email

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-smtp"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

// row is some mails that go over one connection one behind the other: while the
// server thinks about the recipient of the first, the others come to wait.
type row struct {
	t      *testing.T
	server *mailServer
	c      *Channel
	mails  int
	cancel context.CancelFunc // of the second

	onRcpt func(to string) error                          // after the first
	onData func(nth int, c *smtp.Conn, take func()) error // nil: all are taken
}

func newRow(t *testing.T, mails int) *row {
	server := startServer(t)
	cfg := configFor(server)
	cfg.Connections = 1
	r := &row{t: t, server: server, c: start(t, cfg, nil), mails: mails}
	onDial(r.c, func(c *conn) { c.chunks = false })
	return r
}

// send returns what became of each mail.
func (r *row) send() []channels.Class {
	r.t.Helper()
	release := r.prepare()
	second, cancel := context.WithCancel(r.t.Context())
	defer cancel()
	r.cancel = cancel
	became := make([]chan error, r.mails)
	for n := range r.mails {
		became[n] = make(chan error, 1)
		ctx := r.t.Context()
		if n == 1 {
			ctx = second
		}
		d := channeltest.Delivery(n, channels.NewAddress(fmt.Sprintf("member-%d@quartier.example", n)))
		d.Content = channeltest.Content(channels.ForMember, broker.Dutch)
		go func() {
			_, err := r.c.Send(ctx, d)
			became[n] <- err
		}()
		eventually(r.t, func() bool { return r.waiting() == n })
	}
	close(release)
	classes := make([]channels.Class, r.mails)
	for n := range became {
		if err := <-became[n]; err != nil {
			classes[n] = channels.AsSendError(err).Class
		}
	}
	return classes
}

// waiting is how many mails wait, -1 before the first has reached the server.
func (r *row) waiting() int {
	if !strings.Contains(r.server.written(), "RCPT TO:<member-0@") {
		return -1
	}
	r.c.pool.mu.Lock()
	defer r.c.pool.mu.Unlock()
	return len(r.c.pool.waiting)
}

func (r *row) prepare() (release chan struct{}) {
	release = make(chan struct{})
	var texts atomic.Int64
	r.server.set(func(m *mailServer) {
		m.onRcpt = func(to string) error {
			if strings.HasPrefix(to, "member-0@") {
				<-release
			} else if r.onRcpt != nil {
				return r.onRcpt(to)
			}
			return nil
		}
		m.onData = func(c *smtp.Conn, take func()) error {
			nth := int(texts.Add(1)) - 1
			if r.onData != nil {
				return r.onData(nth, c, take)
			}
			take()
			return nil
		}
	})
	return release
}

func (r *row) check(classes []channels.Class, want []channels.Class, taken string, dialled int) {
	r.t.Helper()
	sameFates(r.t, classes, want)
	atRest(r.t, r.server, r.c, taken, dialled)
}

// RFC 2920, 3.1: a text may be followed by the commands of the next mail.
func TestAMailBeginsBehindAnother(t *testing.T) {
	r := newRow(t, 4)
	r.check(r.send(), []channels.Class{fine, fine, fine, fine}, "0 1 2 3", 1)
	for n := 1; n < 4; n++ {
		behind := fmt.Sprintf("\r\n.\r\nMAIL FROM:<relais@zone.example>\r\nRCPT TO:<member-%d@quartier.example>\r\nDATA\r\n", n)
		found := 0
		for _, chunk := range r.server.chunks {
			if strings.HasSuffix(chunk, behind) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("mail %d did not begin behind the text before it", n)
		}
	}
}

func TestAServerWithoutGroupsGetsOneCommandAtATime(t *testing.T) {
	r := newRow(t, 3)
	onDial(r.c, func(c *conn) { c.pipelines = false })
	r.check(r.send(), []channels.Class{fine, fine, fine}, "0 1 2", 1)
	for _, chunk := range r.server.chunks {
		if strings.Contains(chunk, ".\r\nMAIL") || strings.Contains(chunk, "\r\nRCPT") || strings.Contains(chunk, "\r\nDATA") {
			t.Errorf("two commands came together: …%q", chunk[max(0, len(chunk)-80):])
		}
	}
}

func TestWhatBecomesOfAMailIsItsOwn(t *testing.T) {
	var cuts atomic.Int64
	for name, tc := range map[string]struct {
		set     func(r *row)
		want    []channels.Class
		taken   string
		dialled int
	}{
		"the first is refused after its text": {func(r *row) {
			r.onData = func(nth int, _ *smtp.Conn, take func()) error {
				if nth == 0 {
					return reply(554, smtp.EnhancedCode{5, 7, 1}, "no")
				}
				take()
				return nil
			}
		}, []channels.Class{channels.Rejected, fine, fine}, "1 2", 1},
		"the second has no mailbox": {func(r *row) {
			r.onRcpt = noMailbox("member-1@")
		}, []channels.Class{fine, channels.Gone, fine}, "0 2", 1},
		"the server ends the connection with the first's answer": {func(r *row) {
			r.onData = func(nth int, _ *smtp.Conn, take func()) error {
				if nth == 0 {
					return reply(421, smtp.EnhancedCode{4, 3, 2}, "going down")
				}
				take()
				return nil
			}
		}, []channels.Class{channels.Throttled, fine, fine}, "1 2", 2},
		"cut after the first's text": {func(r *row) {
			r.onData = func(nth int, c *smtp.Conn, take func()) error {
				if nth == 0 {
					return cutAfterText(c, take)
				}
				take()
				return nil
			}
		}, []channels.Class{channels.Ambiguous, fine, fine}, "0 1 2", 2},
		"cut among the answers to the second's commands": {func(r *row) {
			cuts.Store(0)
			r.onRcpt = func(to string) error {
				if strings.HasPrefix(to, "member-1@") && cuts.Add(1) == 1 {
					r.server.hangUp()
				}
				return nil
			}
		}, []channels.Class{fine, fine, fine}, "0 1 2", 2},
		"nobody waits for the second any more": {func(r *row) {
			r.onData = func(nth int, _ *smtp.Conn, take func()) error {
				if nth == 0 {
					r.cancel()
				}
				take()
				return nil
			}
		}, []channels.Class{fine, channels.Retryable, fine}, "0 2", 2},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRow(t, 3)
			tc.set(r)
			r.check(r.send(), tc.want, tc.taken, tc.dialled)
		})
	}
}

func TestNoMailBeginsOnAConnectionThatHasHadItsShare(t *testing.T) {
	r := newRow(t, 5)
	r.c.pool.most = 2
	r.check(r.send(), []channels.Class{fine, fine, fine, fine, fine}, "0 1 2 3 4", 3)
}
