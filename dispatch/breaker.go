package dispatch

import (
	"context"
	"time"

	"relais/channels"
)

// Breaker counts like texts to one address over all nodes, so that a loop ends:
// a program that publishes the same again and again, two machines that answer
// each other. It may forget; then a loop goes on for a while.
type Breaker interface {
	// Pass says for each like, in order, whether it may go now: it may unless
	// limit.Most others with its Key were asked about within limit.Within before,
	// also those that were stopped. So a loop stays stopped until it rests. The
	// same ID again is no other: it gets the same answer, as long as the Most
	// newest with its Key are not all newer.
	Pass(ctx context.Context, likes []Like, now time.Time, limit LoopLimit) ([]bool, error)
}

// Like is a delivery as Breaker counts it.
type Like struct {
	Key LikeKey
	ID  channels.DeliveryID
}

// LikeKey is equal for like texts to one address: a keyed hash of both, from
// which nobody can tell either.
type LikeKey [16]byte

// LoopLimit is how many like texts one address gets within a time.
type LoopLimit struct {
	Most   int
	Within time.Duration
}
