package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"relais/channels"
)

const (
	liveBatch = 40                     // cards sent at once; of a larger burst the oldest are left out
	livePause = 150 * time.Millisecond // between batches
	liveBeat  = 15 * time.Second       // a comment, so that nothing between takes the line for dead
)

// liveItem is one event of the stream.
type liveItem struct {
	N        int                   `json:"n"`
	Channel  channels.Name         `json:"channel"`
	HTML     string                `json:"html"`
	Replaces int                   `json:"replaces,omitempty"`
	Counts   map[channels.Name]int `json:"counts"`
}

// events streams the cards of new messages (HTML Living Standard, 9.2), those
// that the page's filter shows, from Last-Event-ID or ?after= on.
func (o *outbox) events(w http.ResponseWriter, r *http.Request) {
	line := http.NewResponseController(w)
	_ = line.SetWriteDeadline(time.Time{}) // the stream has no end; a server without deadlines refuses this
	w.Header().Set("Content-Type", "text/event-stream")
	after := number(firstOf(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")), 0)
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	for {
		change := o.sandbox.record.change() // before reading, so that nothing is missed
		next, err := o.sendNew(w, r, after)
		if err == nil {
			err = line.Flush()
		}
		if err != nil {
			return // the reader has gone
		}
		after = next
		wait(r.Context().Done(), livePause)
		select {
		case <-change:
		case <-beat.C:
		case <-r.Context().Done():
			return
		case <-o.sandbox.closed:
			return
		}
	}
}

// sendNew writes the messages after a number and returns the newest's.
func (o *outbox) sendNew(w io.Writer, r *http.Request, after int) (int, error) {
	newest := o.sandbox.record.last()
	if after > newest { // the page is older than this sandbox
		_, err := io.WriteString(w, "event: reload\ndata: {}\n\n")
		return newest, err
	}
	filter := o.filter(r)
	words := o.sandbox.texts.by[o.sandbox.texts.choose(r, o.sandbox.cfg.Lang)]
	found := o.sandbox.record.newest(liveBatch, func(it Item) bool { return it.N > after && filter(it) })
	counts := o.sandbox.Totals()
	for _, t := range slices.Backward(found) {
		if err := o.sendItem(w, t, words, counts); err != nil {
			return after, err
		}
		newest = max(newest, t.item.N)
	}
	_, err := io.WriteString(w, ": still here\n\n")
	return newest, err
}

func (o *outbox) sendItem(w io.Writer, t taken, words labels, counts map[channels.Name]int) error {
	var html strings.Builder
	if err := o.templates.ExecuteTemplate(&html, "card.html", o.card(t.read(), words)); err != nil {
		o.sandbox.log.Error("sandbox: render a card", "err", err)
		return err
	}
	data, err := json.Marshal(liveItem{t.item.N, t.item.Channel, html.String(), t.replaces, counts})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %d\nevent: item\ndata: %s\n\n", t.item.N, data)
	return err
}
