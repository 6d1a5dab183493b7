package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"relais/channels"
)

var errClosed = errors.New("the email channel is closed")

// pool keeps connections between mails.
type pool struct {
	dial    func(ctx context.Context) (*conn, error)
	idleFor time.Duration
	most    int // mails on one connection
	atOnce  int // connections
	log     *slog.Logger

	leaving sync.WaitGroup // connections taking leave
	mu      sync.Mutex
	used    int       // connections
	waiting []*waiter // for one of them, the most urgent at the front, and among these who came first
	idle    []*conn   // last used last, so that the others can grow old
	closed  bool
}

// waiter is a mail that waits for a connection.
type waiter struct {
	mail     message
	given    chan place // one, from whoever took the waiter off the list
	together bool       // it goes with another mail now; under the pool's mu
	gone     bool       // nobody waits for what becomes of it; under the pool's mu
}

// place lets one mail use a connection.
type place struct {
	conn  *conn // nil: take or dial one
	begun bool  // its server has the mail's commands already
	fate  *fate // nil: the mail has yet to go
}

// fate is what became of a mail that went together with another.
type fate struct {
	err *channels.SendError // nil: the server has taken it
}

// enter waits until a connection may be used, or the mail has gone together with
// another. Who got a place passes it on.
func (p *pool) enter(ctx context.Context, m message) (place, error) {
	if err := ctx.Err(); err != nil {
		return place{}, waited(err)
	}
	w := p.queue(m)
	if w == nil {
		return place{}, nil
	}
	var got place
	select {
	case got = <-w.given:
	case <-ctx.Done():
		if err := p.giveUp(w, ctx.Err()); err != nil {
			return place{}, err
		}
		got = <-w.given // on its way
	}
	if got.fate != nil {
		return got, nil
	}
	if err := ctx.Err(); err != nil {
		got.conn.drop() // its server waits for a text that does not come
		p.leave()
		return place{}, waited(err)
	}
	return got, nil
}

// queue puts a mail behind those that wait and are as urgent; nil: there is a
// place at once.
func (p *pool) queue(m message) *waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.used < p.atOnce {
		p.used++
		return nil
	}
	w := &waiter{mail: m, given: make(chan place, 1)}
	p.insert(w, func(other *waiter) bool { return other.mail.urgency > m.urgency })
	return w
}

// insert puts a mail in front of the first that comes after it. Called with mu held.
func (p *pool) insert(w *waiter, after func(*waiter) bool) {
	at := slices.IndexFunc(p.waiting, after)
	if at < 0 {
		at = len(p.waiting)
	}
	p.waiting = slices.Insert(p.waiting, at, w)
}

// giveUp lets a mail go that nobody waits for any more; nil: its place, or what
// became of it, is on its way.
func (p *pool) giveUp(w *waiter, why error) *channels.SendError {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.together {
		w.gone = true
		return lost(atEnd, why)
	}
	before := len(p.waiting)
	p.waiting = slices.DeleteFunc(p.waiting, func(other *waiter) bool { return other == w })
	if len(p.waiting) < before {
		return waited(why)
	}
	return nil
}

// leave gives a place to the mail that has waited longest.
func (p *pool) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.pop(); first != nil {
		first.given <- place{}
		return
	}
	p.used--
}

// pop takes the first of those that wait. Called with mu held.
func (p *pool) pop() *waiter {
	if len(p.waiting) == 0 {
		return nil
	}
	first := p.waiting[0]
	p.waiting[0] = nil
	p.waiting = p.waiting[1:]
	return first
}

// follow takes the mail that has waited longest, if it may be begun on c behind
// the one under way. Whoever calls it hands the connection, or its place, on.
// Where mails can go together (company), none is begun alone.
func (p *pool) follow(c *conn) *waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !c.pipelines || c.chunks || c.tried >= p.most || p.closed || len(p.waiting) == 0 {
		return nil
	}
	if !c.takes(p.waiting[0].mail) {
		return nil
	}
	return p.pop()
}

// pass hands on what one mail used: to the mail that was begun behind it, or to
// whoever is next.
func (p *pool) pass(c *conn, out outcome) {
	switch {
	case out.keep && out.next != nil:
		out.next.given <- place{conn: c, begun: true}
		return
	case out.keep:
		p.give(c)
	default:
		c.drop()
	}
	if out.next != nil { // nothing of its text has left
		out.next.given <- place{}
		return
	}
	p.leave()
}

func waited(err error) *channels.SendError {
	return &channels.SendError{Class: channels.Retryable, Err: fmt.Errorf("wait for a connection: %w", err)}
}

// take returns a kept connection, or dials.
func (p *pool) take(ctx context.Context) (*conn, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, &channels.SendError{Class: channels.Retryable, Err: errClosed}
	}
	if last := len(p.idle) - 1; last >= 0 {
		c := p.idle[last]
		p.idle = p.idle[:last]
		c.timer.Stop()
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	return p.dial(ctx)
}

// give takes a healthy connection back.
func (p *pool) give(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || c.tried >= p.most || c.refusals >= mostRefusals {
		p.dismiss(c)
		return
	}
	c.rested = time.Now()
	c.timer = time.AfterFunc(p.idleFor, func() { p.expire(c) })
	p.idle = append(p.idle, c)
}

// expire lets a connection go that nobody needed for so long.
func (p *pool) expire(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, idle := range p.idle {
		if idle == c {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			p.dismiss(c)
			return
		}
	}
}

// dismiss takes leave of the server without making the next mail wait for it.
// Called with mu held.
func (p *pool) dismiss(c *conn) {
	p.leaving.Go(func() {
		if err := c.quit(); err != nil && !hungUp(err) {
			p.log.Debug("the mail server did not answer our leave", "reason", cause(err))
		}
	})
}

// close takes leave on every idle connection. Those in use follow when their
// mail is done.
func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	errs := make([]error, len(idle))
	var leaving sync.WaitGroup
	for i, c := range idle {
		c.timer.Stop()
		leaving.Go(func() { errs[i] = leaveTaken(c.quit()) })
	}
	leaving.Wait()
	p.leaving.Wait()
	return errors.Join(errs...)
}

func leaveTaken(err error) error {
	if err == nil || hungUp(err) {
		return nil
	}
	return fmt.Errorf("take leave of the mail server: %w", cause(err))
}

// hungUp says whether the server was gone first, which is as good.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
