package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"relais/broker"
	"relais/channels"
)

// Channel sends emails. It is safe for use from many goroutines.
type Channel struct {
	cfg      Config
	renderer *renderer
	rendered *channels.Rendered[key, *rendered]
	signer   *signer // nil: mails are not signed
	pool     *pool
	pace     *pace
	paths    *returnPaths // nil: mails come back to From
	guard    *guard
	clock    func() time.Time
}

var _ channels.Channel = (*Channel)(nil)

// New checks cfg and opens no connection yet. messageIDHost is the right-hand
// side of each Message-ID and List-Id; it must stay the same for good, so that
// a repeated delivery has the same Message-ID.
func New(cfg Config, words channels.WordsByLang, messageIDHost string, log *slog.Logger) (*Channel, error) {
	return open(cfg, words, messageIDHost, log, nil)
}

// open takes the TLS configuration as well; nil asks for a certificate of Host
// that this machine trusts.
func open(cfg Config, words channels.WordsByLang, messageIDHost string, log *slog.Logger, tlsConfig *tls.Config) (*Channel, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure email: %w", err)
	}
	if messageIDHost == "" || !mailbox("id@"+messageIDHost) {
		return nil, errors.New("configure email: the host for message ids is not a host name; give the one that members know us by")
	}
	for _, lang := range broker.Langs() {
		if words[lang].Emergency == "" { // PLP.md, rule 1
			return nil, fmt.Errorf("configure email: no emergency line in %q", lang)
		}
	}
	renderer, err := newRenderer(cfg, words, messageIDHost)
	if err != nil {
		return nil, fmt.Errorf("configure email: %w", err)
	}
	signer, err := newSigner(cfg.DKIM)
	if err != nil {
		return nil, fmt.Errorf("configure email: %w", err)
	}
	if tlsConfig == nil {
		tlsConfig = &tls.Config{ServerName: cfg.Host, MinVersion: tls.VersionTLS12}
	}
	c := &Channel{cfg: cfg, renderer: renderer, rendered: channels.NewRendered[key, *rendered](maxRendered), signer: signer, pace: newPace(cfg.PerSecond), guard: &guard{log: log}, clock: time.Now}
	if cfg.Bounces.on() {
		if cfg.Bounces.Key.IsZero() {
			return nil, errors.New("configure email: bounces.key is missing, so return paths cannot be signed")
		}
		paths := newReturnPaths(cfg.Bounces)
		c.paths = &paths
	}
	dialer := dialer{cfg: cfg, tls: tlsConfig}
	c.pool = &pool{
		dial:    c.guarded(dialer.dial),
		idleFor: cfg.Idle,
		most:    cfg.MaxPerConnection,
		atOnce:  cfg.Connections,
		log:     log,
	}
	return c, nil
}

// guarded dials unless the server has refused our password lately.
func (c *Channel) guarded(dial func(context.Context) (*conn, error)) func(context.Context) (*conn, error) {
	return func(ctx context.Context) (*conn, error) {
		if err := c.guard.closed(c.clock()); err != nil {
			return nil, err
		}
		conn, err := dial(ctx)
		c.watch(err)
		return conn, err
	}
}

// watch notes when the server does not let us in.
func (c *Channel) watch(err error) {
	var sendErr *channels.SendError
	if errors.As(err, &sendErr) && (errors.Is(sendErr.Err, errSignIn) || errors.Is(sendErr.Err, errNoMechanism)) {
		c.guard.refused(sendErr, c.clock())
	}
}

// Send implements channels.Channel. The receipt's reference is the mail's
// Message-ID; SMTP reports nothing later, so it awaits nothing.
func (c *Channel) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	m, err := c.compose(d)
	if err != nil {
		return channels.Receipt{}, &channels.SendError{Class: channels.Rejected, Err: err}
	}
	if err := c.pace.wait(ctx); err != nil {
		return channels.Receipt{}, err
	}
	at, err := c.pool.enter(ctx, m)
	if err != nil {
		return channels.Receipt{}, err
	}
	if at.fate == nil {
		at.fate = &fate{c.deliver(ctx, m, at)}
	}
	if at.fate.err != nil {
		return channels.Receipt{}, at.fate.err
	}
	return channels.Receipt{Ref: m.id}, nil
}

// deliver hands a mail over and those that may go with it, on a second connection
// where the first, kept one turns out to be dead before any of the text was sent.
// It passes its place on.
func (c *Channel) deliver(ctx context.Context, m message, at place) *channels.SendError {
	conn := at.conn
	if conn == nil {
		var err error
		if conn, err = c.pool.take(ctx); err != nil {
			c.pool.leave()
			return channels.AsSendError(err)
		}
	}
	var with []*waiter
	if !at.begun {
		with = c.pool.company(conn, m)
	}
	kept := conn.tried > 0
	out := c.handOver(ctx, conn, m, at.begun, with)
	if kept && out.dead {
		conn.drop()
		var err error
		if conn, err = c.pool.dial(ctx); err != nil {
			c.pool.settle(with, nil)
			c.pool.leave()
			return channels.AsSendError(err)
		}
		out = c.handOver(ctx, conn, m, false, with)
	}
	c.pool.settle(with, out.settled)
	c.pool.pass(conn, out)
	for _, err := range append(out.settled, out.err) {
		if err != nil {
			c.watch(err)
		}
	}
	return out.err
}

func (c *Channel) handOver(ctx context.Context, conn *conn, m message, begun bool, with []*waiter) outcome {
	if len(with) == 0 || !conn.chunks {
		return conn.send(ctx, c.cfg.Timeout, m, begun, c.pool.follow)
	}
	mails := []message{m}
	for _, w := range with {
		mails = append(mails, w.mail)
	}
	return conn.sendTogether(ctx, c.cfg.Timeout, mails)
}

// compose renders the content, or finds it rendered, and adds the recipient.
func (c *Channel) compose(d channels.Delivery) (message, error) {
	to := d.To.Reveal()
	if !mailbox(to) {
		return message{}, errors.New("the address is not an email address")
	}
	for _, l := range []string{d.Links.Decide, d.Links.Open, d.Links.Unsubscribe} {
		if l != "" && !link(l) {
			return message{}, errors.New("a link is not an http address")
		}
	}
	key := keyOf(d)
	mail, ok := c.rendered.Get(key)
	if !ok {
		var err error
		if mail, err = c.renderer.render(d.Content, key.has); err != nil {
			return message{}, fmt.Errorf("render: %w", err)
		}
		if key.content != "" { // without a name, one content could pass for another
			c.rendered.Put(key, mail)
		}
	}
	m := mail.address(d, key.has, c.clock())
	m.from = c.cfg.From
	if c.paths != nil {
		m.from = c.paths.of(d.ID)
	}
	if c.signer == nil {
		return m, nil
	}
	var err error
	m.signed, err = c.signer.sign(m)
	return m, err
}

// Close takes leave of the mail server on every connection that no mail is
// using; those in use follow when their mail is done. Sends after it fail.
func (c *Channel) Close() error {
	if err := c.pool.close(); err != nil {
		return fmt.Errorf("close email: %w", err)
	}
	return nil
}
