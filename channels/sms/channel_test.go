package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/channels"
)

func TestSendFillsTheForm(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	now := time.Date(2026, 11, 23, 20, 15, 0, 0, time.UTC)
	c.now = func() time.Time { return now }
	d := delivery(t)
	d.NotAfter = now.Add(90*time.Minute + time.Second/2)
	receipt, err := c.Send(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if want := (channels.Receipt{Ref: "SM00000000000000000000000000000001", Awaits: true, Units: 4}); receipt != want {
		t.Errorf("got receipt %+v, want %+v", receipt, want)
	}
	want := url.Values{
		"To":             {"+32470000000"},
		"From":           {"+32460201234"},
		"StatusCallback": {testBase + "/callbacks/sms/" + d.ID.String()},
		"ValidityPeriod": {"5400"},
		"Body":           {c.texts.text(d)},
	}
	if diff := cmp.Diff(want, s.lastForm(t)); diff != "" {
		t.Errorf("form (-want +got)\n%s", diff)
	}
}

func TestSendWithService(t *testing.T) {
	s := newTwilio(t)
	cfg := s.config()
	cfg.From, cfg.MessagingServiceSID = "", "MG0123456789abcdef0123456789abcdef"
	c, err := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	receipt, err := c.Send(t.Context(), delivery(t))
	if err != nil || receipt.Awaits {
		t.Errorf("got %+v, %v, want a receipt that awaits nothing", receipt, err)
	}
	form := s.lastForm(t)
	if form.Has("From") || form.Has("StatusCallback") || form.Get("MessagingServiceSid") != cfg.MessagingServiceSID {
		t.Errorf("got form with %v, want the service alone, and no callback", form)
	}
}

func TestValidity(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	now := time.Now()
	c.now = func() time.Time { return now }
	for left, want := range map[time.Duration]string{
		time.Millisecond:    "1", // Twilio takes 1 to 36000
		time.Second:         "1",
		10*time.Hour - 1:    "35999",
		10 * time.Hour:      "",
		14 * 24 * time.Hour: "",
	} {
		d := delivery(t)
		d.NotAfter = now.Add(left)
		form, err := c.message(d)
		if err != nil {
			t.Fatal(err)
		}
		if got := form.Get("ValidityPeriod"); got != want {
			t.Errorf("%s left: got %q, want %q", left, got, want)
		}
	}
	d := delivery(t)
	d.NotAfter = now
	if _, err := c.Send(t.Context(), d); channels.AsSendError(err).Class != channels.Rejected || len(s.forms) > 0 {
		t.Errorf("expired: got %v, want it rejected without a call", err)
	}
	for _, number := range []string{"+447400123456", "+881612345678", "+3290612345"} { // decision 0028
		d := delivery(t)
		d.To = channels.NewAddress(number)
		_, err := c.Send(t.Context(), d)
		if channels.AsSendError(err).Class != channels.Rejected || len(s.forms) > 0 || strings.Contains(err.Error(), number) {
			t.Errorf("%s: got %v, want it rejected without a call", number[:4], err)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := newTwilio(t).config()
	cfg.BaseURL = "http://" + listener.Addr().String()
	_ = listener.Close()
	c, err := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), delivery(t))
	if got := channels.AsSendError(err); got.Class != channels.Retryable {
		t.Errorf("got %v, want retryable: nothing was sent", err)
	}
}

// TestWaitingForAConnectionIsNotSending: a call that never got one of the
// connections was certainly not taken.
func TestWaitingForAConnectionIsNotSending(t *testing.T) {
	s := newTwilio(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	s.fixed = func(w http.ResponseWriter, _ url.Values) {
		close(arrived)
		<-release
		writeJSON(w, 201, map[string]any{"sid": "SM1"})
	}
	cfg := s.config()
	cfg.Concurrency = 1
	c, err := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	first := make(chan error, 1)
	go func() {
		_, err := c.Send(context.Background(), delivery(t))
		first <- err
	}()
	<-arrived
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Send(ctx, delivery(t))
	if got := channels.AsSendError(err); got.Class != channels.Retryable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want retryable for the deadline", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the call before it: %v", err)
	}
}

func TestOwnTimeout(t *testing.T) {
	s := newTwilio(t)
	s.answer = "timeout"
	cfg := s.config()
	cfg.Timeout = 50 * time.Millisecond
	c, err := New(cfg, loadWords(t), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	_, err = c.Send(context.Background(), delivery(t))
	if got := channels.AsSendError(err); got.Class != channels.Ambiguous {
		t.Errorf("got %v, want ambiguous", err)
	}
}

// TestConnectionsAreKept: answers in chunks and refusals leave the connection usable.
func TestConnectionsAreKept(t *testing.T) {
	s := newTwilio(t)
	c := s.channel(t, slog.New(slog.DiscardHandler))
	calls := 0
	s.fixed = func(w http.ResponseWriter, _ url.Values) {
		calls++
		if calls%2 == 0 {
			refuse(w, 400, 21610, "stop")
			return
		}
		w.WriteHeader(http.StatusCreated)
		_ = http.NewResponseController(w).Flush() // chunked from here on
		_, _ = fmt.Fprint(w, `{"sid": "SM1"}`+"\n")
		_ = http.NewResponseController(w).Flush()
		_, _ = fmt.Fprint(w, strings.Repeat(" ", 8192))
	}
	for range 10 {
		_, _ = c.Send(t.Context(), delivery(t))
	}
	if got := s.conns.Load(); got != 1 {
		t.Errorf("got %d connections for 10 calls, want 1", got)
	}
}
