package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// sharedClock is what a node goes by: the clock of the database, which all nodes share. So
// a lease that one of them has written ends for all of them at the same moment.
// Between two looks at it the machine's monotonic clock goes on, which setting the
// machine's own clock does not move.
type sharedClock struct {
	look func(ctx context.Context) (there, here time.Time, err error)
	seen atomic.Pointer[reading]
}

// reading is one look: what the shared clock showed, and this machine's at that moment.
type reading struct{ there, here time.Time }

// clockLook is how often a node looks at the shared clock. Two machines' monotonic
// clocks go apart by some thousandths of a second in that time.
const clockLook = time.Minute

// newSharedClock looks at the clock for the first time.
func newSharedClock(ctx context.Context, look func(context.Context) (there, here time.Time, err error)) (*sharedClock, error) {
	c := &sharedClock{look: look}
	return c, c.set(ctx)
}

// set looks again. After an error the clock goes on as it was.
func (c *sharedClock) set(ctx context.Context) error {
	there, here, err := c.look(ctx)
	if err != nil {
		return fmt.Errorf("look at the database's clock: %w", err)
	}
	c.seen.Store(&reading{there, here})
	return nil
}

func (c *sharedClock) now() time.Time {
	seen := c.seen.Load()
	return seen.there.Add(time.Since(seen.here))
}
