package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

// An event whose handlers died every time was handed out MaxDeliver times and
// never answered. The server then forgets it and leaves it in the stream. It
// says so once, in an advisory that is not stored; the sweep is for those that
// nobody heard.

const (
	advisories    = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES."
	advisoryQueue = 256 // more at once wait for the sweep
	sweepLimit    = 1000
	silent        = "handed out %d times and never finished: each time the program stopped, hung, or could not keep the dead letter"
)

// keepRescuing buries forgotten events until ctx ends.
func (s *Subscription) keepRescuing(ctx context.Context) {
	heard := make(chan *nats.Msg, advisoryQueue)
	defer s.listen(heard)()
	r := rescue{s: s, open: make(map[uint64]int)}
	tick := time.NewTicker(s.b.sweepEvery)
	defer tick.Stop()
	r.sweep(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case msg := <-heard:
			r.hear(ctx, msg.Data)
		case <-tick.C:
			r.sweep(ctx)
			for seq := range r.open {
				r.bury(ctx, seq)
			}
		}
	}
}

// listen sends the durable's advisories to heard. One node of several gets each.
func (s *Subscription) listen(heard chan *nats.Msg) (stop func()) {
	stream, _ := streamOf(s.c.Filter) // checked by Consume
	subject := advisories + stream + "." + s.c.Durable
	sub, err := s.b.nc.ChanQueueSubscribe(subject, "relais", heard)
	if err != nil {
		s.log.Warn("advisories cannot be read; only the sweep finds events that were never answered", "err", err)
		return func() {}
	}
	return func() {
		if err := sub.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
			s.log.Warn("end of advisories failed", "err", err)
		}
	}
}

// rescue is what one subscription knows of forgotten events.
type rescue struct {
	s     *Subscription
	open  map[uint64]int  // stream sequence to attempts, of those not buried yet
	below map[uint64]bool // found by the last sweep
}

// hear takes an advisory.
func (r *rescue) hear(ctx context.Context, data []byte) {
	var advisory struct {
		Seq        uint64 `json:"stream_seq"`
		Deliveries int    `json:"deliveries"`
	}
	if err := json.Unmarshal(data, &advisory); err != nil || advisory.Seq == 0 {
		r.s.log.Warn("an advisory of the server makes no sense", "err", err)
		return
	}
	r.open[advisory.Seq] = advisory.Deliveries
	r.bury(ctx, advisory.Seq)
}

// bury tries one of those that are open. One that fails stays open, and stays
// in the stream when the program ends.
func (r *rescue) bury(ctx context.Context, seq uint64) {
	err := r.s.buryStored(ctx, seq, r.open[seq])
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		r.s.log.Error("event could not be given up; it stays in the stream", "seq", seq, "err", err)
		return
	}
	delete(r.open, seq)
}

// sweep looks for events that the durable is done with, so that a work queue
// should have let them go. An ack that is on its way looks the same, so an
// event is taken only when two sweeps have found it.
func (r *rescue) sweep(ctx context.Context) {
	found, err := r.s.forgotten(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		r.s.log.Warn("sweep for forgotten events failed", "err", err)
		return
	}
	for seq := range found {
		if _, known := r.open[seq]; r.below[seq] && !known {
			r.open[seq] = r.s.c.MaxDeliver
		}
	}
	r.below = found
}

func (s *Subscription) forgotten(ctx context.Context) (map[uint64]bool, error) {
	durable, name, err := s.b.durable(ctx, s.c)
	if err != nil {
		return nil, err
	}
	stream, err := s.b.js.Stream(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("find stream %s: %w", name, err)
	}
	found := make(map[uint64]bool)
	floor := doneBelow(durable.CachedInfo())
	for seq := uint64(1); seq <= floor && len(found) < sweepLimit; seq++ {
		msg, err := stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(string(s.c.Filter)))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("look for forgotten events: %w", err)
		}
		seq = msg.Sequence
		if seq <= floor {
			found[seq] = true
		}
	}
	return found, nil
}

// doneBelow returns the highest sequence up to which the durable waits for
// nothing. The ack floor that the server tells stays behind when the last
// events were given up and nothing was acked since.
func doneBelow(info *jetstream.ConsumerInfo) uint64 {
	if info.NumAckPending == 0 {
		return info.Delivered.Stream
	}
	return info.AckFloor.Stream
}

// buryStored buries one event from the stream and deletes it there. An event
// that is gone is no error.
func (s *Subscription) buryStored(ctx context.Context, seq uint64, attempts int) error {
	name, err := streamOf(s.c.Filter)
	if err != nil {
		return err
	}
	stream, err := s.b.js.Stream(ctx, name)
	if err != nil {
		return fmt.Errorf("find stream %s: %w", name, err)
	}
	msg, err := stream.GetMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read event: %w", err)
	}
	event := broker.Event{
		Subject: broker.Subject(msg.Subject),
		ID:      msg.Header.Get(jetstream.MsgIDHeader),
		Data:    msg.Data,
		Attempt: attempts,
	}
	letter := stored{stream: name, seq: seq, at: msg.Time, event: event}.deadLetter(fmt.Sprintf(silent, attempts))
	if err := s.graves.Bury(ctx, letter); err != nil {
		return fmt.Errorf("keep dead letter: %w", err)
	}
	s.log.Warn("event given up", "subject", event.Subject, "attempts", attempts, "reason", letter.Reason)
	if err := stream.DeleteMsg(ctx, seq); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("delete buried event: %w", err)
	}
	return nil
}
