package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// gently is how many partnerships StatusGently counts at a time.
const gently = 10

// StatusGently returns what Status does, for what is done behind a page. It
// counts some partnerships at a time, and then rests as long as that took, so
// that those who wait find a processor and a database with little to do. Each
// partnership is counted as it stands at one instant, not all at the same.
func (s *Store) StatusGently(ctx context.Context, id broker.MessageID) (found subscribers.Status, err error) {
	what := fmt.Sprintf("count the deliveries of message %s", id)
	err = s.read(ctx, what, func(t *tx) error {
		found, err = outline(ctx, t, id)
		return err
	})
	if err != nil {
		return found, err
	}
	for some := range slices.Chunk(pointers(found.Partnerships), gently) {
		began := time.Now()
		if err := s.read(ctx, what, func(t *tx) error { return countPartnerships(ctx, t, some) }); err != nil {
			return found, err
		}
		if err := rest(ctx, time.Since(began)); err != nil {
			return found, doing(what, err)
		}
	}
	found.Done = done(found.Partnerships)
	return found, nil
}
