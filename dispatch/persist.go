package dispatch

import (
	"context"
	"time"

	"relais/subscribers"
)

// RecordPauses are a node's pauses before outcomes are written again that the
// ledger did not take: a database that lost its connections, or changes its
// leader, is back within them.
func RecordPauses() []time.Duration {
	return []time.Duration{
		50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond,
		time.Second, 2 * time.Second, 4 * time.Second, 6 * time.Second,
	}
}

// persist writes outcomes until the ledger has them, its pauses are used up or
// ctx ends. The calls were made: what is forgotten here is unknown to everybody,
// and where a repeat shows once it is sent again. Writing twice what was written
// changes nothing (store.Record).
func (s *Sender) persist(ctx context.Context, outcomes []subscribers.Outcome) error {
	for _, pause := range s.Pauses {
		err := s.After.Record(ctx, outcomes)
		if err == nil {
			return nil
		}
		s.Log.Warn("outcomes are not written yet, trying again", "count", len(outcomes), "after", pause, "err", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
	return s.After.Record(ctx, outcomes)
}
