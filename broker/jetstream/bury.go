package jetstream

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// stored is an event with its place in a stream.
type stored struct {
	stream string
	seq    uint64
	at     time.Time // when it was stored
	event  broker.Event
}

// bury makes an event a dead letter. If the graveyard is away, the event stays
// in the stream: it comes again, and after the last attempt rescue.go has it.
func (s *Subscription) bury(ctx context.Context, found stored, reason string) answer {
	if err := s.graves.Bury(ctx, found.deadLetter(reason)); err != nil {
		pause := s.pause(found.event.Attempt)
		s.log.Error("dead letter could not be kept; the event stays in the stream", "subject", found.event.Subject, "after", pause, "err", err)
		return answer{pause: pause}
	}
	s.log.Warn("event given up", "subject", found.event.Subject, "attempts", found.event.Attempt, "reason", reason)
	return answer{gone: true}
}

func (f stored) deadLetter(reason string) broker.DeadLetter {
	return broker.DeadLetter{
		ID:       f.deadLetterID(),
		Subject:  f.event.Subject,
		EventID:  f.event.ID,
		Data:     f.event.Data,
		Reason:   reason,
		Attempts: f.event.Attempt,
		At:       time.Now(),
	}
}

// deadLetterID follows from where and when the event was stored, so that
// burying it twice keeps one.
func (f stored) deadLetterID() uuid.UUID {
	var millis [8]byte
	binary.BigEndian.PutUint64(millis[:], uint64(f.at.UnixMilli()))
	var base uuid.UUID
	copy(base[:6], millis[2:]) // RFC 9562, 5.7: unix_ts_ms
	return broker.DeriveID(base, f.stream, fmt.Sprint(f.seq), fmt.Sprint(f.at.UnixNano()))
}
