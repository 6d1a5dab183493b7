package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// A status counts every delivery of a message, which takes a second or two for
// one to 300,000 people. No page waits for that. The counts of such a one are
// kept: a page shows them as they stood, and has them counted anew behind its
// back. Before they have been counted once it says that they are being counted.
// Those who watch it are told when that has changed.
const (
	wideMessage  = 2000             // deliveries from which on the counts are kept
	statusGood   = time.Second      // for so long they are not counted anew
	statusRests  = 10               // times as long as counting took, they are not counted anew either: else a processor did nothing else
	statusKept   = 10 * time.Minute // older ones are no more shown, unless nothing could change any more
	statusesKept = 50               // of so many messages
	countingMost = time.Minute
)

// statuses are kept ones. Whatever is decided on a page changes them all: from
// then on only what was counted is taken from them, and the decisions are read,
// so that nobody sees what was before their own click.
type statuses struct {
	mu      sync.Mutex
	changes int // how often somebody has changed something
	kept    map[broker.MessageID]keptStatus
}

type keptStatus struct {
	status   subscribers.Status
	at       time.Time     // zero: it has not been counted yet
	took     time.Duration // to count it
	changes  int           // before it was counted
	counting bool
	outlined bool // status is an outline, until it has been counted
}

func (k keptStatus) shown(now time.Time) bool {
	return !k.at.IsZero() && (k.status.Done || now.Sub(k.at) <= statusKept)
}

func (k keptStatus) due(now time.Time) bool {
	return !k.counting && now.Sub(k.at) > statusGood+statusRests*k.took
}

// status is that of a message, as it stood a moment ago if it is a wide one; not
// Counted while the deliveries of such a one are counted for the first time.
func (s *server) status(ctx context.Context, id broker.MessageID) (subscribers.Outlined, error) {
	found, err := s.statusesOf(ctx, []broker.MessageID{id})
	if err != nil {
		return subscribers.Outlined{}, err
	}
	return found[0], nil
}

// statusesOf are those of several messages, in this order.
func (s *server) statusesOf(ctx context.Context, ids []broker.MessageID) ([]subscribers.Outlined, error) {
	found := make([]subscribers.Outlined, len(ids))
	var unknown []broker.MessageID
	var places []int // of the unknown ones in found
	for i, id := range ids {
		known := false
		if found[i], known = s.remembered(ctx, id); !known {
			unknown, places = append(unknown, id), append(places, i)
		}
	}
	changes := s.statuses.changed()
	read, err := s.Records.Outlines(ctx, unknown, wideMessage)
	if err != nil {
		return nil, fmt.Errorf("read statuses: %w", err)
	}
	for i, one := range read {
		if !one.Counted {
			one = s.latestCounts(ctx, one.Status, changes)
		}
		found[places[i]] = one
	}
	return found, nil
}

// remembered is what is kept of a message, if it may be shown.
func (s *server) remembered(ctx context.Context, id broker.MessageID) (status subscribers.Outlined, known bool) {
	kept, changes := s.statuses.look(id)
	if kept.changes != changes {
		return status, false
	}
	if now := s.Now(); kept.shown(now) {
		if kept.due(now) {
			s.countBehind(ctx, id)
		}
		return subscribers.Outlined{Status: kept.status, Counted: true}, true
	}
	return subscribers.Outlined{Status: kept.status}, kept.counting && kept.outlined
}

// latestCounts gives a wide message what was last counted of it, and has that
// counted anew.
func (s *server) latestCounts(ctx context.Context, status subscribers.Status, changes int) subscribers.Outlined {
	kept, _ := s.statuses.look(status.Message)
	s.countBehind(ctx, status.Message)
	if kept.shown(s.Now()) {
		return subscribers.Outlined{Status: status.CountedAs(kept.status), Counted: true}
	}
	s.statuses.outline(status.Message, status, changes)
	return subscribers.Outlined{Status: status}
}

// countBehind has a message counted while nobody waits for it, unless it is
// being counted.
func (s *server) countBehind(ctx context.Context, id broker.MessageID) {
	changes, begun := s.statuses.begin(id)
	if begun {
		go s.countAnew(context.WithoutCancel(ctx), id, changes)
	}
}

func (s *server) countAnew(ctx context.Context, id broker.MessageID, changes int) {
	s.counts <- struct{}{} // one message at a time: pages need the processors too
	defer func() { <-s.counts }()
	ctx, cancel := context.WithTimeout(ctx, countingMost)
	defer cancel()
	at, began := s.Now(), time.Now()
	status, err := s.Records.Status(ctx, id)
	if err != nil {
		s.statuses.giveUp(id)
		s.Log.WarnContext(ctx, "status not counted anew", "message", id, "err", err)
		return
	}
	s.statuses.keep(id, keptStatus{status: status, at: at, took: time.Since(began), changes: changes})
}

// look returns what is kept of a message, and how often somebody has changed
// something up to now.
func (k *statuses) look(id broker.MessageID) (one keptStatus, changes int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[id], k.changes
}

// changed says how often somebody has changed something up to now.
func (k *statuses) changed() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.changes
}

// outline keeps what is shown of a message while it is being counted.
func (k *statuses) outline(id broker.MessageID, status subscribers.Status, changes int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if one := k.kept[id]; one.counting {
		one.status, one.changes, one.outlined = status, changes, true
		k.kept[id] = one
	}
}

// begin notes that a message is being counted; false: it is already.
func (k *statuses) begin(id broker.MessageID) (changes int, begun bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one, known := k.kept[id]
	if one.counting {
		return 0, false
	}
	if k.kept == nil || !known && len(k.kept) >= statusesKept {
		k.kept = make(map[broker.MessageID]keptStatus)
	}
	one.counting = true
	k.kept[id] = one
	return k.changes, true
}

func (k *statuses) keep(id broker.MessageID, one keptStatus) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept[id] = one
}

func (k *statuses) giveUp(id broker.MessageID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.kept, id)
}

func (k *statuses) change() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.changes++
}

// changing notes that somebody has changed something. (What providers report does
// not come here, and is counted soon enough.)
func (s *server) changing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !onlyAsks(r.URL.Path) {
			s.statuses.change()
		}
	})
}

// onlyAsks says whether a form is sent there only to see what it would do.
func onlyAsks(path string) bool {
	return path == "/messages/preview" || path == "/messages/forecast" || path == "/messages/picture"
}
