package web

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/subscribers"
	"relais/web/browsertest"
)

// stream is one reader of a message's events.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
}

func (w *world) stream(ctx context.Context, server *httptest.Server) *stream {
	w.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/messages/"+alertID.String()+"/live", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.cookie != nil {
		r.AddCookie(w.cookie)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = answer.Body.Close() })
	if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || got != "text/event-stream" {
		w.t.Fatalf("got %d, %s", answer.StatusCode, got)
	}
	return &stream{w.t, bufio.NewScanner(answer.Body)}
}

// next is the next event's name; empty: the stream has ended.
func (s *stream) next() string {
	for s.lines.Scan() {
		if name, ok := cutEvent(s.lines.Text()); ok {
			return name
		}
	}
	return ""
}

func cutEvent(line string) (string, bool) {
	const head = "event: "
	if len(line) < len(head) || line[:len(head)] != head {
		return "", false
	}
	return line[len(head):], true
}

func (s *stream) want(what, name string) {
	s.t.Helper()
	if got := s.next(); got != name {
		s.t.Errorf("%s: got event %q, want %q", what, got, name)
	}
}

// A page is told at once, then of each change, and that it was the last.
func TestLiveFollowsAMessage(t *testing.T) {
	w := newWorld(t)
	sending, done := w.statusOf(alertID), w.statusOf(alertID)
	sending.Partnerships[0].State = subscribers.ApprovalApproved
	done.Done = true
	server := httptest.NewServer(w.handler)
	defer shut(server)
	s := w.stream(t.Context(), server)
	s.want("at first", "change")
	w.live.Store(&sending)
	s.want("when it was approved", "change")
	w.live.Store(&done)
	s.want("when all were reached", "change")
	s.want("when all were reached", "end")
	s.want("after the end", "")
}

// Who has signed in sees each change as it happens: the session is read before,
// and holds nothing back.
func TestLiveFollowsForWhoHasSignedIn(t *testing.T) {
	w := newWorld(t)
	w.options.Open = false
	w.restart()
	w.signInAs("Luc Thys", subscribers.Post{Role: subscribers.PostOfficer, Zone: "demo"})
	sending := w.statusOf(alertID)
	sending.Partnerships[0].State = subscribers.ApprovalApproved
	server := httptest.NewServer(w.handler)
	defer shut(server)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	s := w.stream(ctx, server)
	s.want("at first", "change")
	w.live.Store(&sending)
	s.want("when it was approved", "change")
}

// The server does not wait for those who watch: it ends their streams.
func TestLiveEndsWithTheServer(t *testing.T) {
	w := newWorld(t)
	w.ending = make(chan struct{})
	w.restart()
	server := httptest.NewServer(w.handler)
	defer shut(server)
	s := w.stream(t.Context(), server)
	s.want("at first", "change")
	close(w.ending)
	s.want("after the server's end", "")
}

func TestLiveRefuses(t *testing.T) {
	w := newWorld(t)
	if got := w.get("/messages/x/live").Code; got != http.StatusNotFound {
		t.Errorf("an id that is none: got %d", got)
	}
}

// In a browser the page changes by itself, and nothing asks again after the end.
func TestLiveInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	done := w.statusOf(alertID)
	done.Partnerships[0].State, done.Done = subscribers.ApprovalRefused, true
	server := httptest.NewServer(w.handler)
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Desk(), chromedp.Navigate(server.URL+"/messages/"+alertID.String()+"?lang=fr"), chromedp.WaitVisible(chromedp.CSS(`.left`)))
	w.live.Store(&done)
	browsertest.Do(ctx, t, chromedp.WaitNotPresent(chromedp.CSS(`[data-every]`)))
	if streams := browsertest.Eval[int](ctx, t, `performance.getEntriesByType("resource").filter((r) => r.name.endsWith("/live")).length`); streams != 1 {
		t.Errorf("the page listened %d times, want once", streams)
	}
	picture(ctx, t, "live-desk")
}
