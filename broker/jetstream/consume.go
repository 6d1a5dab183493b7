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

// reopenPause is how long a subscription waits after an error before it asks
// for its durable again.
const reopenPause = time.Second

// Graveyard keeps the events that a step gave up on. Bury may be called again
// with the same ID, and then keeps one.
type Graveyard interface {
	Bury(ctx context.Context, d broker.DeadLetter) error
}

// Subscription is a running consumer.
type Subscription struct {
	b      *Broker
	c      Consumer
	graves Graveyard
	handle broker.Handler
	log    *slog.Logger

	slots        chan struct{} // one for each running handler
	stopFetching context.CancelFunc
	cancelWork   context.CancelFunc
	fetchers     sync.WaitGroup
	workers      sync.WaitGroup
	done         chan struct{} // closed when nothing of it runs any more
}

// Consume makes the durable if it does not exist and hands its events to the
// handler, up to InFlight at once. Events that are given up go to graves. A
// durable with other settings is a *DriftError. The context bounds this call
// and gives the handlers its values; they end by Drain or Close, not by it.
func (b *Broker) Consume(ctx context.Context, c Consumer, graves Graveyard, handle broker.Handler) (*Subscription, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if _, _, err := b.durable(ctx, c); err != nil {
		return nil, err
	}
	work, cancelWork := context.WithCancel(context.WithoutCancel(ctx))
	fetch, stopFetching := context.WithCancel(work)
	s := &Subscription{
		b: b, c: c, graves: graves, handle: handle,
		log:          b.log.With("durable", c.Durable),
		slots:        make(chan struct{}, c.InFlight),
		stopFetching: stopFetching,
		cancelWork:   cancelWork,
		done:         make(chan struct{}),
	}
	if err := b.add(s); err != nil {
		cancelWork()
		return nil, err
	}
	s.start(fetch, work)
	return s, nil
}

func (b *Broker) add(s *Subscription) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	b.subscriptions = append(b.subscriptions, s)
	return nil
}

func (s *Subscription) start(fetch, work context.Context) {
	s.fetchers.Go(func() { s.keepFetching(fetch, work) })
	s.fetchers.Go(func() { s.keepRescuing(fetch) })
	go func() {
		defer close(s.done)
		s.fetchers.Wait() // they start the workers
		s.workers.Wait()
		s.cancelWork()
	}()
}

// Drain stops fetching and waits for the running handlers. When ctx ends
// first, their context is cancelled.
func (s *Subscription) Drain(ctx context.Context) error {
	s.stopFetching()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		s.cancelWork()
		return fmt.Errorf("drain durable %s: not every handler has finished: %w", s.c.Durable, ctx.Err())
	}
}

// abort cancels the handlers and waits until they have returned.
func (s *Subscription) abort(ctx context.Context) error {
	s.cancelWork()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop durable %s: a handler ignores that it was cancelled: %w", s.c.Durable, ctx.Err())
	}
}

// keepFetching reads until fetch ends, and opens the durable again after errors.
func (s *Subscription) keepFetching(fetch, work context.Context) {
	for fetch.Err() == nil {
		err := s.fetch(fetch, work)
		if fetch.Err() != nil {
			return
		}
		s.log.Warn("reading was interrupted and begins again", "err", err)
		select {
		case <-fetch.Done():
		case <-time.After(reopenPause):
		}
	}
}

// fetch reads one event for each free slot until an error or the end of ctx.
func (s *Subscription) fetch(ctx, work context.Context) error {
	events, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer events.Stop()
	defer context.AfterFunc(ctx, func() { s.endReading(events) })()
	for {
		// Whatever is fetched is begun at once: an event in a buffer has no
		// heartbeat, and another node might be free to do it.
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return s.handBack(events)
		}
		msg, err := next(events)
		if err != nil {
			<-s.slots
			return err
		}
		if ctx.Err() != nil {
			<-s.slots
			return errors.Join(s.nak(msg), s.handBack(events))
		}
		s.workers.Go(func() {
			defer func() { <-s.slots }()
			s.work(work, msg)
		})
	}
}

// next waits for an event. The client asks the server when Next is called, but
// not while the goroutine that sent the last request has yet to note so; with
// one event a request nothing would then be asked for until two heartbeats
// (30 s) are missed. So the first calls are short, and make it ask again. The
// last has no limit, for each call begins the count of missed heartbeats anew.
func next(events jetstream.MessagesContext) (jetstream.Msg, error) {
	for _, wait := range []time.Duration{2 * time.Millisecond, 20 * time.Millisecond, 200 * time.Millisecond, 2 * time.Second} {
		msg, err := events.Next(jetstream.NextMaxWait(wait))
		if !errors.Is(err, nats.ErrTimeout) {
			return msg, err
		}
	}
	return events.Next()
}

// open finds the streams and the durable, or makes those that were deleted
// while we ran.
func (s *Subscription) open(ctx context.Context) (jetstream.MessagesContext, error) {
	if err := makeStreams(ctx, s.b.js, s.b.cfg.Replicas); err != nil {
		return nil, err
	}
	durable, _, err := s.b.durable(ctx, s.c)
	if err != nil {
		return nil, err
	}
	events, err := durable.Messages(jetstream.PullMaxMessages(1))
	if err != nil {
		return nil, fmt.Errorf("read durable %s: %w", s.c.Durable, err)
	}
	return events, nil
}

// endReading ends the reader; what is on its way still comes. A drain needs
// the server's word, so there is none while it is away.
func (s *Subscription) endReading(events jetstream.MessagesContext) {
	if s.b.nc.IsConnected() {
		events.Drain()
		return
	}
	events.Stop()
}

// handBack returns what came in while the reader was being drained, so that
// another node need not wait for AckWait.
func (s *Subscription) handBack(events jetstream.MessagesContext) error {
	s.endReading(events)
	for {
		msg, err := next(events)
		if err != nil {
			return nil // drained; there is no other end to it
		}
		if err := s.nak(msg); err != nil {
			return err
		}
	}
}

func (s *Subscription) nak(msg jetstream.Msg) error {
	if err := msg.Nak(); err != nil {
		s.log.Warn("an event could not be handed back; it comes again after AckWait", "err", err)
		return fmt.Errorf("hand back: %w", err)
	}
	return nil
}
