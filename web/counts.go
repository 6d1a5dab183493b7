package web

import (
	"context"
	"fmt"
	"sync"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// A status counts every delivery of a message, which takes a second or two for
// one to 300,000 people. No page waits for that. What partnerships decided is
// read each time, so that everybody sees it at once, whoever decided it and
// wherever. The counts of such a message are kept: a page shows them as they
// stood, and has them counted anew behind its back. Before they have been counted
// once it says that they are being counted. Those who watch it are told when that
// has changed.
const (
	wideMessage  = 2000             // deliveries from which on the counts are kept
	countsGood   = time.Second      // for so long they are not counted anew
	countsRest   = 4                // times as long as counting took, they are not counted anew either
	countsKept   = 10 * time.Minute // older ones are no more shown, unless nothing could change any more
	countsAtMost = 50               // messages whose counts are kept
	countingMost = 5 * time.Minute
)

// counts are kept ones, by message.
type counts struct {
	mu   sync.Mutex
	kept map[broker.MessageID]keptCounts
}

type keptCounts struct {
	status   subscribers.Status // as it was counted
	standing subscribers.Standing
	at       time.Time     // zero: it has not been counted yet
	took     time.Duration // to count it
	counting bool
}

func (k keptCounts) shown(revision int, now time.Time) bool {
	return !k.at.IsZero() && k.status.Revision == revision && (k.status.Done || now.Sub(k.at) <= countsKept)
}

func (k keptCounts) due(revision int, now time.Time) bool {
	wait := countsGood + countsRest*k.took
	if k.status.Done {
		wait = countsKept
	}
	return !k.counting && (k.status.Revision != revision || now.Sub(k.at) > wait)
}

// status is that of a message, of a wide one with the counts as they stood a
// moment ago; not Counted while those are counted for the first time.
func (s *server) status(ctx context.Context, id broker.MessageID) (subscribers.Outlined, error) {
	found, err := s.Records.Outline(ctx, id, wideMessage)
	if err != nil {
		return found, fmt.Errorf("read the status: %w", err)
	}
	if found.Counted {
		return found, nil
	}
	if kept, shown := s.lastCounted(ctx, id, found.Revision); shown {
		found = subscribers.Outlined{Status: found.CountedAs(kept.status), Counted: true}
	}
	return found, nil
}

// standings are those of several messages, in this order.
func (s *server) standings(ctx context.Context, ids []broker.MessageID) ([]subscribers.Standing, error) {
	found, err := s.Records.Standings(ctx, ids, wideMessage)
	if err != nil {
		return nil, fmt.Errorf("read how far messages have come: %w", err)
	}
	for i := range found {
		if found[i].Counted {
			continue
		}
		if kept, shown := s.lastCounted(ctx, found[i].Message, found[i].Revision); shown {
			found[i] = found[i].CountedAs(kept.standing)
		}
	}
	return found, nil
}

// lastCounted is what was last counted of a wide message, if that may be shown;
// when it is due, it is counted anew while nobody waits for it.
func (s *server) lastCounted(ctx context.Context, id broker.MessageID, revision int) (kept keptCounts, shown bool) {
	now := s.Now()
	kept, begun := s.counts.begin(id, revision, now)
	if begun {
		go s.countAnew(context.WithoutCancel(ctx), id, now)
	}
	return kept, kept.shown(revision, now)
}

func (s *server) countAnew(ctx context.Context, id broker.MessageID, at time.Time) {
	s.counting <- struct{}{} // one message at a time: pages need the processors too
	defer func() { <-s.counting }()
	ctx, cancel := context.WithTimeout(ctx, countingMost)
	defer cancel()
	began := time.Now()
	status, err := s.Records.StatusGently(ctx, id)
	if err != nil {
		s.counts.forget(id)
		s.Log.WarnContext(ctx, "deliveries not counted anew", "message", id, "err", err)
		return
	}
	s.counts.keep(id, keptCounts{status: status, standing: subscribers.Outlined{Status: status, Counted: true}.Standing(), at: at, took: time.Since(began)})
}

// begin returns what is kept of a message, and notes that it is being counted if
// that is due.
func (c *counts) begin(id broker.MessageID, revision int, now time.Time) (kept keptCounts, begun bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, known := c.kept[id]
	if !kept.due(revision, now) {
		return kept, false
	}
	if c.kept == nil || !known && len(c.kept) >= countsAtMost {
		c.kept = make(map[broker.MessageID]keptCounts)
	}
	counting := kept
	counting.counting = true
	c.kept[id] = counting
	return kept, true
}

func (c *counts) keep(id broker.MessageID, one keptCounts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[id] = one
}

func (c *counts) forget(id broker.MessageID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, id)
}
