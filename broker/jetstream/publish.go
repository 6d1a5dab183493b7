package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

const (
	publishWithin = 10 * time.Second // for one ack, where the context says nothing
	publishWindow = 256              // events of PublishAll that wait for their acks together
)

// Publish stores an event and returns when it is on disk. An event whose ID
// was stored in the last 10 minutes is not stored again, and that is no error.
// A failed Publish may be repeated under the same ID.
func (b *Broker) Publish(ctx context.Context, e broker.Event) error {
	ctx, cancel := context.WithTimeout(ctx, publishWithin)
	defer cancel()
	if _, err := b.js.PublishMsg(ctx, traced(ctx, wire(e))); err != nil {
		return publishError(e, err)
	}
	return nil
}

// PublishAll stores many events and returns when all are on disk. It does not
// wait between them, so it is far quicker than Publish in a loop. On an error
// some may be stored: repeat the whole with the same IDs.
func (b *Broker) PublishAll(ctx context.Context, events []broker.Event) error {
	for len(events) > 0 {
		n := min(publishWindow, len(events))
		if err := b.publishWindow(ctx, events[:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

func (b *Broker) publishWindow(ctx context.Context, events []broker.Event) error {
	acks := make([]jetstream.PubAckFuture, len(events))
	for i, e := range events {
		ack, err := b.js.PublishMsgAsync(traced(ctx, wire(e)), jetstream.WithStallWait(publishWithin))
		if err != nil {
			return publishError(e, err)
		}
		acks[i] = ack
	}
	for i, ack := range acks {
		select {
		case <-ack.Ok():
		case err := <-ack.Err():
			return publishError(events[i], err)
		case <-ctx.Done():
			return publishError(events[i], ctx.Err())
		}
	}
	return nil
}

// wire turns an event into a NATS message.
func wire(e broker.Event) *nats.Msg {
	msg := &nats.Msg{Subject: string(e.Subject), Data: e.Data}
	if e.ID != "" {
		msg.Header = nats.Header{jetstream.MsgIDHeader: []string{e.ID}}
	}
	return msg
}

func publishError(e broker.Event, err error) error {
	if errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrNoResponders) {
		return fmt.Errorf("publish on %s: no stream takes it (is the subject right, and is JetStream up?): %w", e.Subject, err)
	}
	return fmt.Errorf("publish on %s: %w", e.Subject, err)
}
