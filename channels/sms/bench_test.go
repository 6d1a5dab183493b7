package sms

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"relais/channels/channeltest"
)

// sink takes every message, at the least cost.
func sink(b *testing.B) *httptest.Server {
	b.Helper()
	answer := []byte(`{"sid":"SM00000000000000000000000000000001","status":"queued","error_code":null}`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(answer)
	}))
	b.Cleanup(s.Close)
	return s
}

// BenchmarkSend is the channel, text and errors included.
func BenchmarkSend(b *testing.B) {
	cfg := valid()
	cfg.BaseURL = sink(b).URL
	c, err := New(cfg, loadWords(b), testBase, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	var n atomic.Int64
	inParallel(b, func() error {
		d := channeltest.Delivery(int(n.Add(1)), standIn{}.Address(int(n.Load())))
		_, err := c.Send(b.Context(), d)
		return err
	})
}

// BenchmarkTwilioGo is twilio-go's own client with the same form and as many
// connections kept; BenchmarkTwilioGoDefault keeps two, as net/http does.
func BenchmarkTwilioGo(b *testing.B) {
	calls := valid().Concurrency
	transport := &http.Transport{MaxIdleConns: calls, MaxIdleConnsPerHost: calls, MaxConnsPerHost: calls}
	b.Cleanup(transport.CloseIdleConnections)
	benchmarkTwilioGo(b, transport)
}

func BenchmarkTwilioGoDefault(b *testing.B) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	b.Cleanup(transport.CloseIdleConnections)
	benchmarkTwilioGo(b, transport)
}

func benchmarkTwilioGo(b *testing.B, transport http.RoundTripper) {
	cfg := valid()
	server := sink(b)
	client := &twilio.Client{
		Credentials: twilio.NewCredentials(cfg.AccountSID, cfg.AuthToken.Reveal()),
		HTTPClient:  &http.Client{Transport: redirected{server.Listener.Addr().String(), transport}},
	}
	client.SetAccountSid(cfg.AccountSID)
	service := api.NewApiServiceWithClient(client)
	c, err := New(cfg, loadWords(b), testBase, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	inParallel(b, func() error {
		d := channeltest.Delivery(int(n.Add(1)), standIn{}.Address(int(n.Load())))
		form, err := c.message(d)
		if err != nil {
			return err
		}
		to, from, body, callback := form.Get("To"), form.Get("From"), form.Get("Body"), form.Get("StatusCallback")
		_, err = service.CreateMessage(&api.CreateMessageParams{To: &to, From: &from, Body: &body, StatusCallback: &callback})
		return err
	})
}

// redirected sends every request to one address.
type redirected struct {
	host string
	next http.RoundTripper
}

func (r redirected) RoundTrip(req *http.Request) (*http.Response, error) {
	req.URL.Scheme, req.URL.Host = "http", r.host
	return r.next.RoundTrip(req)
}

func inParallel(b *testing.B, send func() error) {
	b.Helper()
	b.SetParallelism(16)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := send(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	r := renderer{words: loadWords(b)}
	d := delivery(b)
	b.Run("once", func(b *testing.B) {
		for b.Loop() {
			r.render(d.Content)
		}
	})
	b.Run("spliced", func(b *testing.B) {
		c := newCache(r)
		for b.Loop() {
			c.text(d)
		}
	})
}

func BenchmarkCount(b *testing.B) {
	text := renderer{words: loadWords(b)}.render(delivery(b).Content).text
	for b.Loop() {
		Count(text)
	}
}
