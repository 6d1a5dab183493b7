package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// lifecycle remembers what was started, to stop it in the reverse order.
type lifecycle struct {
	log   *slog.Logger
	steps []step
}

type step struct {
	name string
	stop func(ctx context.Context) error
}

// stepPatience is how long one step may take to stop before the next one is
// stopped all the same.
const stepPatience = 8 * time.Second

// started adds a step that stop undoes.
func (l *lifecycle) started(name string, stop func(ctx context.Context) error) {
	l.steps = append(l.steps, step{name, stop})
}

// stop ends every step, last one first, and waits for each at most
// stepPatience: a step that hangs does not keep the others from a clean end.
func (l *lifecycle) stop(ctx context.Context) error {
	var failed []error
	for i := len(l.steps) - 1; i >= 0; i-- {
		failed = append(failed, l.stopOne(ctx, l.steps[i]))
	}
	l.steps = nil
	return errors.Join(failed...)
}

func (l *lifecycle) stopOne(ctx context.Context, s step) error {
	ctx, cancel := context.WithTimeout(ctx, stepPatience)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.stop(ctx) }()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("stop %s: %w", s.name, err)
		}
		l.log.Debug("stopped", "step", s.name)
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop %s: it did not end within %s", s.name, stepPatience)
	}
}
