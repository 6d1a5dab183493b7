package push

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"

	"relais/channels"
	"relais/channels/channeltest"
)

// The real push services speak HTTP/2, where headers and body go separately.
func TestOverHTTP2(t *testing.T) {
	arrived, done := make(chan string, 1), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch {
		case strings.HasSuffix(r.URL.Path, "/hang"):
			arrived <- r.Proto
			<-done
		case strings.HasSuffix(r.URL.Path, "/reset"):
			panic(http.ErrAbortHandler)
		default:
			w.WriteHeader(http.StatusCreated)
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	cfg := testConfig(t)
	cfg.AllowInsecure = true
	c := newTestChannel(t, cfg, quiet())
	c.client.Transport.(*http.Transport).TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	t.Cleanup(func() { close(done); c.Close(); server.Close() })
	b := newBrowser(t)
	send := func(ctx context.Context, path string) error {
		_, err := c.Send(ctx, channeltest.Delivery(0, b.address(server.URL+path)))
		return err
	}

	if err := send(t.Context(), "/wp/x"); err != nil {
		t.Fatal(err)
	}
	if got := channels.AsSendError(send(t.Context(), "/wp/reset")).Class; got != channels.Ambiguous {
		t.Errorf("a stream that is reset after the body: got %s, want ambiguous", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		if proto := <-arrived; proto != "HTTP/2.0" {
			t.Errorf("got %s, want HTTP/2.0", proto)
		}
		cancel()
	}()
	if got := channels.AsSendError(send(ctx, "/wp/hang")).Class; got != channels.Ambiguous {
		t.Errorf("a call that is given up after the body: got %s, want ambiguous", got)
	}
}

// The transport takes another connection only when the first took nothing.
func TestTheNoteOfWhatWasWrittenStartsAnewWithAnotherConnection(t *testing.T) {
	var written atomic.Bool
	hooks := httptrace.ContextClientTrace(trace(t.Context(), &written))
	hooks.GetConn("")
	hooks.WroteHeaders()
	if !written.Load() {
		t.Error("headers went out unnoticed")
	}
	hooks.GetConn("")
	if written.Load() {
		t.Error("a new connection began with what the first was thought to have taken")
	}
}
