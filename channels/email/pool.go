package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
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
	most    int           // mails on one connection
	slots   chan struct{} // one for each connection in use
	log     *slog.Logger

	leaving sync.WaitGroup // connections taking leave
	mu      sync.Mutex
	idle    []*conn // last used last, so that the others can grow old
	closed  bool
}

// enter waits until a connection may be used; leave gives the place to another.
func (p *pool) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return waited(err)
	}
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return waited(ctx.Err())
	}
}

func (p *pool) leave() { <-p.slots }

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
	if p.closed || c.tried >= p.most {
		p.dismiss(c)
		return
	}
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
