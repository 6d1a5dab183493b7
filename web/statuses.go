package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// A status counts every delivery of a message, which takes a second or two for
// one to 300,000 people. Such a one is kept: a page shows it at once, and has it
// counted anew behind its back. Those who watch it are told when it has changed.
const (
	wideMessage  = 5000             // people on all channels from which on its status is kept
	statusGood   = time.Second      // for so long it is not counted anew
	statusRests  = 10               // times as long as counting took, it is not counted anew either: else a processor did nothing else
	statusKept   = 10 * time.Minute // an older one is no more shown
	statusesKept = 50               // of so many messages
	countingMost = time.Minute
)

// statuses are kept ones. Whatever is decided on a page ends them all, so that
// nobody sees what was before their own click.
type statuses struct {
	mu   sync.Mutex
	kept map[broker.MessageID]keptStatus
}

type keptStatus struct {
	status   subscribers.Status
	at       time.Time
	took     time.Duration // to count it
	counting bool
}

// status is that of a message, as it stood a moment ago if it is a wide one.
func (s *server) status(ctx context.Context, id broker.MessageID) (subscribers.Status, error) {
	kept, found, stale := s.statuses.look(id, s.Now())
	if stale {
		go s.countAnew(context.WithoutCancel(ctx), id)
	}
	if found {
		return kept, nil
	}
	return s.countStatus(ctx, id)
}

func (s *server) countStatus(ctx context.Context, id broker.MessageID) (subscribers.Status, error) {
	at, began := s.Now(), time.Now()
	status, err := s.Records.Status(ctx, id)
	if err != nil {
		return status, fmt.Errorf("read status: %w", err)
	}
	if _, all := totals(status).reached(); all >= wideMessage {
		s.statuses.keep(id, keptStatus{status: status, at: at, took: time.Since(began)})
	}
	return status, nil
}

func (s *server) countAnew(ctx context.Context, id broker.MessageID) {
	ctx, cancel := context.WithTimeout(ctx, countingMost)
	defer cancel()
	if _, err := s.countStatus(ctx, id); err != nil {
		s.statuses.forget()
		s.Log.WarnContext(ctx, "status not counted anew", "message", id, "err", err)
	}
}

// look returns a kept status; stale: the caller is to count it anew, and nobody
// else is told so.
func (k *statuses) look(id broker.MessageID, now time.Time) (status subscribers.Status, found, stale bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one, found := k.kept[id]
	age := now.Sub(one.at)
	if !found || age > statusKept {
		return status, false, false
	}
	if stale = age > statusGood+statusRests*one.took && !one.counting; stale {
		one.counting = true
		k.kept[id] = one
	}
	return one.status, true, stale
}

func (k *statuses) keep(id broker.MessageID, one keptStatus) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= statusesKept {
		k.kept = make(map[broker.MessageID]keptStatus)
	}
	k.kept[id] = one
}

func (k *statuses) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.kept)
}

// changing ends what is kept when somebody has changed something. Providers do
// all the time, and their reports are counted soon enough.
func (s *server) changing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasPrefix(r.URL.Path, "/callbacks/") {
			s.statuses.forget()
		}
	})
}
