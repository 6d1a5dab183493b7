package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"relais/broker"
	"relais/subscribers"
)

const (
	livePace  = time.Second      // how often a watched message is looked at
	liveBeat  = 20 * time.Second // how often a stream says that it still stands, for proxies end silent ones
	liveMost  = 200              // streams at a time; whoever comes then reloads instead
	liveClock = time.Minute      // how often a page is told to show its clocks anew
)

// getLive tells a page when what it shows of a message has changed, by
// server-sent events: "change", and "end" when nothing will change any more. The
// page then fetches itself again. A stream ends with its reader, with the
// message and with the server.
func (s *server) getLive(w http.ResponseWriter, r *http.Request) {
	id, err := broker.ParseMessageID(r.PathValue("id"))
	if err != nil {
		s.refusePage(w, r, http.StatusNotFound)
		return
	}
	s.tellChanges(w, r, livePace, func(ctx context.Context) (snapshot, bool, error) {
		status, err := s.status(ctx, id)
		if err != nil && !errors.Is(err, subscribers.ErrNotFound) { // not routed yet
			return snapshot{}, false, err
		}
		now, err := fingerprint(status.Status, s.Now())
		return now, status.Done, err
	})
}

// snapshot stands for all that a page shows; while it stays the same, so does the page.
type snapshot [sha256.Size]byte

// look reads how things stand; ended: nothing will change any more.
type look func(ctx context.Context) (now snapshot, ended bool, err error)

// snapshotOf is what a page says that it shows; what is none is nothing yet.
func snapshotOf(text string) (s snapshot) {
	if data, err := hex.DecodeString(text); err == nil {
		copy(s[:], data)
	}
	return s
}

// tellChanges keeps a stream open and says each time that something has changed.
func (s *server) tellChanges(w http.ResponseWriter, r *http.Request, pace time.Duration, look look) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		s.refusePage(w, r, http.StatusServiceUnavailable)
		return
	}
	stream := http.NewResponseController(w)
	if err := stream.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.failPage(w, r, "keep a stream open", err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	if err := s.watch(w, r, stream, pace, look); err != nil {
		s.Log.WarnContext(r.Context(), "stream ended", "route", r.Pattern, "err", err)
	}
}

func (s *server) watch(w http.ResponseWriter, r *http.Request, stream *http.ResponseController, pace time.Duration, look look) error {
	turn := time.NewTicker(pace)
	defer turn.Stop()
	seen := snapshotOf(r.URL.Query().Get("seen"))
	said := time.Time{}
	for {
		now, ended, err := look(r.Context())
		if err != nil {
			return err
		}
		event := ""
		switch {
		case now != seen:
			event = "event: change\ndata:\n\n"
		case time.Since(said) >= liveBeat:
			event = ":\n\n" // a comment
		}
		if ended {
			event += "event: end\ndata:\n\n"
		}
		if event != "" {
			seen, said = now, time.Now()
			if _, err := w.Write([]byte(event)); err != nil {
				return nil // the reader is gone
			}
			if err := stream.Flush(); err != nil {
				return nil
			}
		}
		if ended {
			return nil
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-s.Ending:
			return nil
		case <-turn.C:
		}
	}
}

// fingerprint is the same as long as a page about a message shows the same;
// while somebody is waited for it changes with the clock.
func fingerprint(status subscribers.Status, now time.Time) (snapshot, error) {
	data, err := json.Marshal(status)
	if err != nil {
		return snapshot{}, fmt.Errorf("compare status: %w", err)
	}
	for _, p := range status.Partnerships {
		if !p.State.Final() {
			data = append(data, now.Truncate(liveClock).String()...)
			break
		}
	}
	return sha256.Sum256(data), nil
}
