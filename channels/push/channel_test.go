package push

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T, log *slog.Logger) channeltest.Provider {
		return newService(t, log, nil)
	})
}

func TestABrowserGetsTheMessage(t *testing.T) {
	s := newService(t, quiet(), nil)
	d := channeltest.Delivery(0, s.Address(0))
	receipt, err := s.channel.Send(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if want := (channels.Receipt{Ref: s.server.URL + "/message/1"}); receipt != want {
		t.Errorf("got %+v, want %+v", receipt, want)
	}
	got := s.messages()
	if len(got) != 1 {
		t.Fatalf("got %d messages, want 1", len(got))
	}
	want := Payload{
		ID:    d.ID.String(),
		Title: "Alerte – PLP Tilleuls",
		Body: "Véhicule suspect titre-7f3a1c\n\n" +
			"Une camionnette blanche tourne rue des Érables. corps-2b9e44\nN'intervenez pas vous-même.\n\n" +
			"Ajouté par votre coordinateur : Le portail du parc est fermé. note-c0ffee11\n\n" +
			"Urgent ? Appelez le 101 (police) ou le 112.",
		Tag:     topic(d),
		Lang:    broker.French,
		Urgency: broker.Immediate,
		URL:     d.Links.Open,
		Actions: []Action{{ActionOpen, "Lire"}, {ActionCall, "Appeler le 101"}},
	}
	if diff := cmp.Diff(want, got[0].payload); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	if got := got[0].header.Get("Urgency"); got != "high" {
		t.Errorf("urgency: got %s, want high", got)
	}
}

func TestAnswersSayWhatComesNext(t *testing.T) {
	now := time.Now().Truncate(time.Second).UTC()
	date := now.Add(90 * time.Second).Format(http.TimeFormat)
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		class  channels.Class
		after  time.Duration
	}{
		{"200", status(200), "", 0},
		{"202", status(202), "", 0},
		{"204", status(204), "", 0},
		{"307", status(307, "Location", "http://127.0.0.1:1/"), channels.Rejected, 0},
		{"400", status(400), channels.Rejected, 0},
		{"401", status(401), channels.Retryable, 5 * time.Minute},
		{"403", status(403), channels.Retryable, 5 * time.Minute},
		{"404", status(404), channels.Gone, 0},
		{"408", status(408), channels.Retryable, 0},
		{"410", status(410), channels.Gone, 0},
		{"413", status(413), channels.Rejected, 0},
		{"429", status(429), channels.Throttled, 0},
		{"429 in seconds", status(429, "Retry-After", "120"), channels.Throttled, 2 * time.Minute},
		{"429 at a date", status(429, "Retry-After", date), channels.Throttled, 90 * time.Second},
		{"429 at a date gone by", status(429, "Retry-After", now.Add(-time.Hour).Format(http.TimeFormat)), channels.Throttled, 0},
		{"429 in a year", status(429, "Retry-After", "31536000"), channels.Throttled, 24 * time.Hour},
		{"429 in nonsense", status(429, "Retry-After", "-5"), channels.Throttled, 0},
		{"500", status(500), channels.Retryable, 0},
		{"503 in seconds", status(503, "Retry-After", "30"), channels.Retryable, 30 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newService(t, quiet(), nil)
			s.channel.clock = func() time.Time { return now }
			s.answerWith(c.answer)
			_, err := s.channel.Send(t.Context(), channeltest.Delivery(0, s.Address(0)))
			if c.class == "" {
				if err != nil {
					t.Errorf("got %v, want none", err)
				}
				return
			}
			var got *channels.SendError
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want a SendError", err)
			}
			if got.Class != c.class || got.After != c.after || got.Code != c.name[:3] {
				t.Errorf("got %s after %s, code %s, want %s after %s", got.Class, got.After, got.Code, c.class, c.after)
			}
		})
	}
}

func TestOurOwnFaultIsLoggedLoudlyButNotForEachDelivery(t *testing.T) {
	var logs bytes.Buffer
	s := newService(t, slog.New(slog.NewTextHandler(&logs, nil)), nil)
	now := time.Now()
	s.channel.clock = func() time.Time { return now }
	s.answerWith(status(http.StatusForbidden))
	refused := func() {
		if _, err := s.channel.Send(t.Context(), channeltest.Delivery(0, s.Address(0))); err == nil {
			t.Fatal("got no error")
		}
	}
	refused()
	refused()
	if got := strings.Count(logs.String(), "level=ERROR"); got != 1 {
		t.Errorf("got %d errors in the log, want 1:\n%s", got, logs.String())
	}
	now = now.Add(time.Minute)
	refused()
	if got := strings.Count(logs.String(), "level=ERROR"); got != 2 {
		t.Errorf("a minute later: got %d errors in the log, want 2", got)
	}
}

func TestWhatCannotBeReachedWasNotTaken(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + free.Addr().String() + "/wp/endpoint-token"
	_ = free.Close()
	cfg := testConfig(t)
	cfg.AllowInsecure = true
	c := newTestChannel(t, cfg, quiet())
	for name, endpoint := range map[string]string{
		"nobody listens": nobody,
		"no such name":   "https://push.relais.invalid/wp/endpoint-token", // RFC 2606, 2
	} {
		_, err := c.Send(t.Context(), channeltest.Delivery(0, newBrowser(t).address(endpoint)))
		if got := channels.AsSendError(err).Class; got != channels.Retryable {
			t.Errorf("%s: got %s, want retryable", name, got)
		}
		if strings.Contains(err.Error(), "endpoint-token") || strings.Contains(err.Error(), "relais.invalid") {
			t.Errorf("%s: the error holds the endpoint: %v", name, err)
		}
	}
}

func TestACallThatWaitsForItsTurnWasNotTaken(t *testing.T) {
	s := newService(t, quiet(), func(cfg *Config) { cfg.Concurrency = 1 })
	arrived := make(chan struct{})
	s.answerWith(func(_ http.ResponseWriter, r *http.Request) {
		s.read(r)
		close(arrived)
		<-s.done
	})
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := s.channel.Send(ctx, channeltest.Delivery(0, s.Address(0)))
		first <- err
	}()
	<-arrived

	waiting, giveUp := context.WithCancel(t.Context())
	second := make(chan error, 1)
	go func() {
		_, err := s.channel.Send(waiting, channeltest.Delivery(1, s.Address(1)))
		second <- err
	}()
	giveUp()
	if got := channels.AsSendError(<-second).Class; got != channels.Retryable {
		t.Errorf("the call that waited: got %s, want retryable", got)
	}
	cancel()
	if got := channels.AsSendError(<-first).Class; got != channels.Ambiguous {
		t.Errorf("the call that was cancelled after it was written: got %s, want ambiguous", got)
	}
}

func TestBaseURLReplacesSchemeAndHost(t *testing.T) {
	s := newService(t, quiet(), func(cfg *Config) { cfg.AllowInsecure = false; cfg.BaseURL = "http://placeholder.example" })
	s.channel.base = parseURL(t, s.server.URL)
	s.Address(0) // the browser behind /wp/endpoint-token-0
	to := s.browsers["/wp/endpoint-token-0"].address("https://fcm.googleapis.com/wp/endpoint-token-0")
	if _, err := s.channel.Send(t.Context(), channeltest.Delivery(0, to)); err != nil {
		t.Fatal(err)
	}
	if got := len(s.messages()); got != 1 {
		t.Errorf("the stand-in got %d messages, want 1", got)
	}
}

func TestNewRefusesAHalfConfiguration(t *testing.T) {
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(t)
	cfg.VAPIDPrivateKey = channels.Secret{}
	if _, err := New(cfg, words, quiet()); err == nil || !strings.Contains(err.Error(), "vapid_private_key is missing") {
		t.Errorf("without a key: got %v", err)
	}
	delete(words, broker.German)
	if _, err := New(testConfig(t), words, quiet()); err == nil {
		t.Error("without words in German: got no error")
	}
}
