package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

// Broker is a connection to NATS JetStream, and the embedded server if there
// is one. It is safe for use by many goroutines.
type Broker struct {
	cfg    Config
	log    *slog.Logger
	inside *inside // the embedded server; nil: external
	nc     *nats.Conn
	js     jetstream.JetStream

	stopHealing func() // and wait for its end; nil: nothing heals

	pauses     []time.Duration // before the next attempt, by attempts so far
	sweepEvery time.Duration

	mu            sync.Mutex
	subscriptions []*Subscription
	closed        bool
}

var _ broker.Publisher = (*Broker)(nil)

// ErrClosed says that the broker has been closed.
var ErrClosed = errors.New("the broker is closed")

// Open starts the embedded server or connects to cfg.URL, and makes the
// streams. An error names the setting to look at. The context bounds the
// start; call Close when done.
func Open(ctx context.Context, cfg Config, log *slog.Logger) (*Broker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	b := &Broker{
		cfg: cfg,
		log: log,
		// JetStream's BackOff does not apply to naks, so the pauses are ours.
		pauses:     []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute},
		sweepEvery: time.Minute,
	}
	if err := b.open(ctx); err != nil {
		return nil, errors.Join(err, b.Close(context.WithoutCancel(ctx)))
	}
	return b, nil
}

func (b *Broker) open(ctx context.Context) (err error) {
	if b.cfg.URL == "" {
		b.inside = &inside{cfg: b.cfg, log: b.log}
		if err := b.inside.start(); err != nil {
			return err
		}
	}
	if b.nc, err = connect(ctx, b.cfg, b.inside, b.log); err != nil {
		return err
	}
	if b.js, err = jetstream.New(b.nc, jetstream.WithPublishAsyncTimeout(publishWithin)); err != nil {
		return fmt.Errorf("use JetStream: %w", err)
	}
	if err := makeStreams(ctx, b.js, b.cfg.Replicas); err != nil {
		return err
	}
	if b.inside != nil {
		b.startHealing(ctx)
	}
	return nil
}

// URL returns the address at which other programs reach the server, without
// user and password; empty if the embedded server does not listen.
func (b *Broker) URL() string {
	switch {
	case b.inside == nil:
		return withoutUser(b.cfg.URL)
	case b.cfg.Listen == "":
		return ""
	}
	return b.inside.address()
}

// Ping says whether the server answers, has JetStream and, embedded, takes
// events.
func (b *Broker) Ping(ctx context.Context) error {
	if _, err := b.js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("ask NATS for its JetStream account: %w", err)
	}
	if b.inside == nil {
		return nil
	}
	return b.refuses(ctx)
}

// Drain is the first phase of the shutdown: nothing new is fetched, running
// handlers finish, what was fetched and not begun is handed back. When ctx
// ends first, the handlers' context is cancelled and an error names the
// durables that were still busy. Publishing goes on.
func (b *Broker) Drain(ctx context.Context) error {
	return forEach(b.list(), func(s *Subscription) error { return s.Drain(ctx) })
}

// Close is the second phase: what Drain left is cancelled, the connection is
// flushed and closed, the embedded server shut down and waited for. The second
// Close does nothing.
func (b *Broker) Close(ctx context.Context) error {
	b.mu.Lock()
	first := !b.closed
	b.closed = true
	b.mu.Unlock()
	if !first {
		return nil
	}
	if b.stopHealing != nil {
		b.stopHealing()
	}
	abort := forEach(b.list(), func(s *Subscription) error { return s.abort(ctx) })
	err := errors.Join(abort, b.closeConnection(ctx))
	if b.inside != nil {
		err = errors.Join(err, b.inside.stop(ctx))
	}
	return err
}

func (b *Broker) closeConnection(ctx context.Context) error {
	if b.nc == nil {
		return nil
	}
	defer b.nc.Close()
	if !b.nc.IsConnected() {
		return nil // nothing can be flushed; naks that are lost come back after AckWait
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if err := b.nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("flush the connection to NATS: %w", err)
	}
	return nil
}

func (b *Broker) list() []*Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]*Subscription(nil), b.subscriptions...)
}

// forEach calls do for all at once and joins the errors.
func forEach(subs []*Subscription, do func(*Subscription) error) error {
	errs := make([]error, len(subs))
	var wg sync.WaitGroup
	for i, s := range subs {
		wg.Go(func() { errs[i] = do(s) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
