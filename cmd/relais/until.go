package main

import (
	"context"
	"fmt"
	"time"
)

// demoPatience is how long the demonstration waits for one thing.
const demoPatience = time.Minute

// until asks again and again until it is so, within demoPatience.
func until(ctx context.Context, so func() (bool, error)) error { return within(ctx, demoPatience, so) }

// within asks again and again until it is so. It fails when that has not come
// to be after a span.
func within(ctx context.Context, span time.Duration, so func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		if ok, err := so(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it did not happen within %s: %w", span, ctx.Err())
		case <-ticker.C:
		}
	}
}
