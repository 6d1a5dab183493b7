package web

import (
	"crypto/sha256"
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
	if err := s.watch(w, r, stream, id); err != nil {
		s.Log.WarnContext(r.Context(), "stream ended", "message", id, "err", err)
	}
}

func (s *server) watch(w http.ResponseWriter, r *http.Request, stream *http.ResponseController, id broker.MessageID) error {
	turn := time.NewTicker(livePace)
	defer turn.Stop()
	var seen [sha256.Size]byte
	said := time.Time{}
	for {
		status, err := s.Records.Status(r.Context(), id)
		if err != nil && !errors.Is(err, subscribers.ErrNotFound) { // not routed yet
			return fmt.Errorf("read status: %w", err)
		}
		now, err := fingerprint(status, s.Now())
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
		if status.Done {
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
		if status.Done {
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
func fingerprint(status subscribers.Status, now time.Time) ([sha256.Size]byte, error) {
	data, err := json.Marshal(status)
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("compare status: %w", err)
	}
	for _, p := range status.Partnerships {
		if !p.State.Final() {
			data = append(data, now.Truncate(liveClock).String()...)
			break
		}
	}
	return sha256.Sum256(data), nil
}
