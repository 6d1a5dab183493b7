package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// next waits for the next message that matches ?channel=, ?to= and is to none of
// ?except=, and lists it. Its answer begins as soon as it waits, so that who has
// the head of the answer misses nothing.
func (o *outbox) next(w http.ResponseWriter, r *http.Request) {
	match, except := o.filter(r), r.URL.Query()["except"]
	found := make(chan Item, 1)
	stop := o.sandbox.record.watch(func(it Item) {
		if !match(it) || slices.Contains(except, it.To) {
			return
		}
		select {
		case found <- it:
		default: // a later one
		}
	})
	defer stop()
	line := http.NewResponseController(w)
	_ = line.SetWriteDeadline(time.Time{}) // nobody knows when the next one comes; a server without deadlines refuses this
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := line.Flush(); err != nil {
		return // the reader has gone
	}
	select {
	case it := <-found:
		if err := json.NewEncoder(w).Encode(it); err != nil {
			o.sandbox.log.Debug("sandbox: answer not written", "err", err) // the reader has gone
		}
	case <-r.Context().Done():
	case <-o.sandbox.closed:
	}
}
