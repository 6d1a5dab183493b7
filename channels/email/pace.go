package email

import (
	"context"
	"errors"

	"golang.org/x/time/rate"

	"relais/channels"
)

// pace keeps to as many mails a second as the server wants to see. Nil: no limit.
type pace struct{ limiter *rate.Limiter }

// newPace lets a second's worth of mails go at once: what counts is the long run.
func newPace(perSecond int) *pace {
	if perSecond == 0 {
		return nil
	}
	return &pace{rate.NewLimiter(rate.Limit(perSecond), perSecond)}
}

// wait returns when the next mail may go. One whose turn would come after ctx
// has ended is told at once, and has used up nobody's turn.
func (p *pace) wait(ctx context.Context) error {
	if p == nil {
		return nil
	}
	if err := p.limiter.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return waited(ctx.Err())
		}
		return &channels.SendError{Class: channels.Retryable, Err: errors.New("its turn comes too late (per_second)")}
	}
	return nil
}
