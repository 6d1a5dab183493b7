package jetstream

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"relais/broker"
)

// answerWithin is how long an ack or a flush may take.
const answerWithin = 5 * time.Second

// answer is what the server is told about an event.
type answer struct {
	gone  bool          // handled or buried
	pause time.Duration // otherwise: until the next attempt
}

// work does one event from its heartbeat to its answer.
func (s *Subscription) work(ctx context.Context, msg jetstream.Msg) {
	meta, err := msg.Metadata()
	if err != nil {
		s.log.Error("what was fetched is no JetStream message", "err", err)
		return
	}
	found := stored{
		stream: meta.Stream, seq: meta.Sequence.Stream, at: meta.Timestamp,
		event: broker.Event{
			Subject: broker.Subject(msg.Subject()),
			ID:      msg.Headers().Get(jetstream.MsgIDHeader),
			Data:    msg.Data(),
			Attempt: int(meta.NumDelivered),
		},
	}
	stop := s.keepAlive(msg)
	a := s.decide(withTrace(ctx, msg.Headers()), found)
	stop()
	s.answer(ctx, msg, a)
}

// decide calls the handler and follows its contract (broker.Handler).
func (s *Subscription) decide(ctx context.Context, found stored) answer {
	attempt := found.event.Attempt
	err := s.call(ctx, found.event)
	var drop *broker.DropError
	var retry *broker.RetryError
	switch {
	case err == nil:
		return answer{gone: true}
	case errors.As(err, &drop):
		return s.bury(ctx, found, drop.Error())
	case ctx.Err() != nil:
		return answer{} // cancelled by the shutdown, which is no fault of the event
	case attempt >= s.c.MaxDeliver:
		return s.bury(ctx, found, fmt.Sprintf("attempt %d of %d failed: %v", attempt, s.c.MaxDeliver, err))
	case errors.As(err, &retry):
		s.log.Info("event comes again", "subject", found.event.Subject, "attempt", attempt, "after", retry.After, "err", err)
		return answer{pause: max(retry.After, 0)}
	}
	pause := s.pause(attempt)
	s.log.Warn("handler failed, the event comes again", "subject", found.event.Subject, "attempt", attempt, "after", pause, "err", err)
	return answer{pause: pause}
}

// call runs the handler and turns a panic into an error. The value of a panic
// may hold a text, so only the runtime's own are told (PLP.md, rule 12).
func (s *Subscription) call(ctx context.Context, e broker.Event) (err error) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		err = fmt.Errorf("the handler panicked with a %T", value)
		if fault, ok := value.(runtime.Error); ok {
			err = fmt.Errorf("the handler panicked: %w", fault)
		}
		s.log.Error("handler panicked", "subject", e.Subject, "attempt", e.Attempt, "err", err, "stack", string(debug.Stack()))
	}()
	return s.handle(ctx, e)
}

// pause grows with the attempts that have been made.
func (s *Subscription) pause(attempt int) time.Duration {
	return s.b.pauses[min(max(attempt, 1), len(s.b.pauses))-1]
}

// keepAlive tells the server every third of AckWait that the event is being
// worked on. The returned function ends that and waits for its end.
func (s *Subscription) keepAlive(msg jetstream.Msg) (stop func()) {
	var beating sync.WaitGroup
	quit := make(chan struct{})
	beating.Go(func() {
		tick := time.NewTicker(s.c.AckWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				if err := msg.InProgress(); err != nil {
					s.log.Warn("heartbeat failed; the event may be handed out twice", "err", err)
				}
			}
		}
	})
	return func() {
		close(quit)
		beating.Wait()
	}
}

// answer tells the server. An ack waits for its word: without it the event
// might come again after the next restart.
func (s *Subscription) answer(ctx context.Context, msg jetstream.Msg, a answer) {
	if !a.gone {
		if err := msg.NakWithDelay(a.pause); err != nil {
			s.log.Warn("nak failed; the event comes again after AckWait", "err", err)
		}
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
	defer cancel()
	if err := msg.DoubleAck(ctx); err != nil {
		s.log.Warn("ack failed; the event may be handed out again", "err", err)
	}
}
