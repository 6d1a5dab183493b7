package push

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"relais/broker"
	"relais/channels"
)

// maxTold bounds the contents kept; each is a kilobyte or two.
const maxTold = 512

// Channel sends push messages. It is safe for use from many goroutines.
type Channel struct {
	cfg    Config
	base   *url.URL // nil: endpoints are called where they are
	words  channels.WordsByLang
	log    *slog.Logger
	keys   keys
	client *http.Client
	slots  chan struct{} // one for each call under way
	ahead  *ahead
	told   *channels.Rendered[string, said]
	clock  func() time.Time
	alarm  alarm
}

var _ channels.Channel = (*Channel)(nil)

// New checks cfg, whose VAPIDPrivateKey must be set by now, and opens no
// connection yet.
func New(cfg Config, words channels.WordsByLang, log *slog.Logger) (*Channel, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure push: %w", err)
	}
	keys, err := newKeys(cfg)
	if err != nil {
		return nil, fmt.Errorf("configure push: %w", err)
	}
	for _, lang := range broker.Langs() {
		if words[lang].Emergency == "" { // PLP.md, rule 1
			return nil, fmt.Errorf("configure push: no emergency line in %q", lang)
		}
	}
	c := &Channel{
		cfg: cfg, words: words, log: log, keys: keys,
		client: newClient(cfg),
		slots:  make(chan struct{}, cfg.Concurrency),
		ahead:  newAhead(),
		told:   channels.NewRendered[string, said](maxTold),
		clock:  time.Now,
	}
	if cfg.BaseURL != "" {
		if c.base, err = url.Parse(cfg.BaseURL); err != nil {
			return nil, fmt.Errorf("configure push: base_url: %w", err)
		}
	}
	return c, nil
}

// newClient keeps as many connections as there are calls, follows no redirect
// and uses no proxy: behind one, the check of dialled addresses would see only
// the proxy's.
func newClient(cfg Config) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            newDialer(cfg).DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    cfg.Timeout,
			MaxIdleConns:           cfg.Concurrency,
			MaxIdleConnsPerHost:    cfg.Concurrency,
			IdleConnTimeout:        30 * time.Second, // before the other side closes: a call on a closing connection is ambiguous
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// PublicKey is what browsers subscribe with (Push API, applicationServerKey),
// in base64url.
func (c *Channel) PublicKey() string { return c.keys[0].public }

// Close gives up what is kept for the next call: connections, and agreements.
func (c *Channel) Close() {
	c.ahead.close()
	c.client.CloseIdleConnections()
}

// Subscription reads a browser's subscription and checks that it leads to a
// push service that this channel calls. Keep its Address.
func (c *Channel) Subscription(data []byte) (Subscription, error) {
	s, err := parseSubscription(data, c.cfg.AllowInsecure)
	if err != nil {
		return Subscription{}, err
	}
	if !c.cfg.open() && !c.cfg.allowed(s.endpoint.Hostname()) {
		return Subscription{}, errors.New("endpoint is not at a push service of allow_hosts")
	}
	return s, nil
}

// Accept reads the subscription of a browser that is at our page now, and keeps
// beside it which of our keys it subscribed with, as the browser says it
// (PushSubscription.options.applicationServerKey, in base64url).
func (c *Channel) Accept(data []byte, applicationServerKey string) (channels.Address, error) {
	s, err := c.Subscription(data)
	if err != nil {
		return channels.Address{}, err
	}
	id, ok := c.keys.idOf(applicationServerKey)
	if !ok {
		return channels.Address{}, errLostKey
	}
	s.keyID = id
	return s.Address(), nil
}

// Send implements channels.Channel. Gone closes subscriptions that the push
// service no longer knows; a push service reports nothing later, so no Receipt
// awaits.
func (c *Channel) Send(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	to, err := c.Subscription([]byte(d.To.Reveal()))
	if err != nil {
		return channels.Receipt{}, &channels.SendError{Class: channels.Rejected, Err: err}
	}
	if err := c.enter(ctx); err != nil {
		return channels.Receipt{}, &channels.SendError{Class: channels.Retryable, Err: err}
	}
	defer c.leave()

	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	var written atomic.Bool
	signer, guess, err := c.keys.signerOf(to, d.Attempt)
	if err != nil {
		c.alarm.raise(c.log, c.clock(), "subscriptions are bound to a key that is not configured any more: set vapid_previous_key")
		return channels.Receipt{}, &channels.SendError{Class: channels.Rejected, Err: err}
	}
	req, err := c.request(trace(ctx, &written), d, to, signer)
	if err != nil {
		return channels.Receipt{}, &channels.SendError{Class: channels.Rejected, Err: err}
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return channels.Receipt{}, unanswered(err, written.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	defer drain(resp.Body)
	return c.answer(resp, guess)
}

// request builds the call: everything is ready before a byte is written.
func (c *Channel) request(ctx context.Context, d channels.Delivery, to Subscription, with *signer) (*http.Request, error) {
	plaintext, err := c.payload(d)
	if err != nil {
		return nil, err
	}
	by, err := c.ahead.agree(to.key)
	if err != nil {
		return nil, err
	}
	body, err := seal(plaintext, to, by)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	now, target := c.clock(), c.target(to.endpoint)
	authorization, err := with.authorization(origin(target), now)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil { // the error quotes the endpoint
		return nil, errors.New("the endpoint cannot be called")
	}
	req.Header = c.headers(d, authorization, now)
	return req, nil
}

// payload composes what everybody is told once.
func (c *Channel) payload(d channels.Delivery) ([]byte, error) {
	words, key := c.wordsIn(d.Content.Lang), d.Content.Key
	told, ok := c.told.Get(key)
	if !ok {
		told = say(d.Content, words)
		if key != "" { // without a name, one content could pass for another
			c.told.Put(key, told)
		}
	}
	return payload(d, told, words)
}

// wordsIn falls back to the first language: the emergency line must be there.
func (c *Channel) wordsIn(lang broker.Lang) channels.Words {
	if words, ok := c.words[lang]; ok {
		return words
	}
	return c.words[broker.Langs()[0]]
}

func (c *Channel) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("wait for a free place: %w", err)
	}
	select {
	case c.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a free place: %w", ctx.Err())
	}
}

func (c *Channel) leave() { <-c.slots }

// trace notes whether any of the request may have reached the push service.
// Headers are announced before the first byte of HTTP/1 is flushed, and before
// the body in HTTP/2. The transport itself takes another connection only when
// the first took nothing, so the note then starts anew.
func trace(ctx context.Context, written *atomic.Bool) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { written.Store(false) },
		WroteHeaders: func() { written.Store(true) },
	})
}

// drain reads what is left of an answer, so that its connection can be used again.
func drain(body io.Reader) { _, _ = io.CopyN(io.Discard, body, 64<<10) }
