package dispatch

import (
	"context"
	"fmt"
	"time"

	"relais/subscribers"
)

// Figures counts what became of messages, for the charts of a zone: pages that
// looked at every delivery would take seconds. Any number of nodes may tick: one
// of them does the work, once an hour.
type Figures struct {
	Counter SendingCounter
	Keep    subscribers.Retention
	Now     func() time.Time
}

// SendingCounter keeps the counts.
type SendingCounter interface {
	// TakeTurn says whether the job of this name is the caller's: nobody took it
	// since every ago.
	TakeTurn(ctx context.Context, job string, now time.Time, every time.Duration) (bool, error)
	// CountSendings counts at most limit approvals, and says how many there were;
	// 0: none are left. Who left before a time may have been erased.
	CountSendings(ctx context.Context, now, erasedBefore time.Time, limit int) (int, error)
}

const (
	figuresEvery = time.Hour
	figuresBatch = 200
)

// Tick counts all that is due, if it is this node's turn.
func (f *Figures) Tick(ctx context.Context) error {
	now := f.Now()
	mine, err := f.Counter.TakeTurn(ctx, "figures", now, figuresEvery)
	for n := figuresBatch; mine && err == nil && n > 0; {
		n, err = f.Counter.CountSendings(ctx, now, now.Add(-f.Keep.Members), figuresBatch)
	}
	if err != nil {
		return fmt.Errorf("count for figures: %w", err)
	}
	return nil
}
