package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relais/channels"
	"relais/channels/channeltest"
	"relais/channels/sandbox"
	"relais/config"
)

// What `relais sandbox` prints is a configuration, and a Relais that has it
// sends to the stand-ins. It ends when it is told to.
func TestSandboxPrintsAConfiguration(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var printed, logged lockedBuffer
	ended := make(chan int, 1)
	go func() {
		p := program{Stdout: &printed, Stderr: &logged}
		ended <- p.Main(ctx, []string{"sandbox", "--http", "127.0.0.1:0", "--smtp", "127.0.0.1:0", "--seed", "7"})
	}()
	if err := until(ctx, func() (bool, error) { return strings.Contains(printed.String(), "Ctrl-C"), nil }); err != nil {
		t.Fatalf("%v\n%s", err, logged.String())
	}
	file := filepath.Join(t.TempDir(), "relais.yaml")
	write(t, file, printed.String())
	runs(t, "-c", file, "config", "check")
	sendEach(t, file)
	stop()
	select {
	case code := <-ended:
		if code != exitOK || !strings.Contains(logged.String(), "faults_seed=7") {
			t.Errorf("exit code %d, log %s", code, logged.String())
		}
	case <-time.After(10 * time.Second):
		t.Error("it does not end")
	}
}

// sendEach sends one message on each channel, and finds all in the outbox.
func sendEach(t *testing.T, file string) {
	t.Helper()
	cfg, err := config.Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.DataDir = t.TempDir()
	s, err := openStore(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := openChannels(t.Context(), channelDeps{cfg: cfg, words: words, store: s, publicURL: "http://relais.test", log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	base := cfg.Channels[string(channels.SMS)].Content[1].Value
	to := map[channels.Name]string{channels.SMS: "+32470123456", channels.Email: "an@voorbeeld.be", channels.Push: post(t, base+"/push/subscriptions")}
	for name, address := range to {
		if _, err := opened[name].Channel.Send(t.Context(), channeltest.Delivery(0, channels.NewAddress(address))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	page := get(t, base+"/outbox.json")
	for _, want := range []string{`"channel":"sms"`, `"channel":"email"`, `"channel":"push"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the outbox lacks %s", want)
		}
	}
	if err := closeChannels(opened); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func post(t *testing.T, url string) string {
	t.Helper()
	return answered(t, http.MethodPost, url)
}

func get(t *testing.T, url string) string {
	t.Helper()
	return answered(t, http.MethodGet, url)
}

func answered(t *testing.T, method, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 299 {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return string(body)
}

// A port that is taken says what to do.
func TestSandboxNamesThePortThatIsTaken(t *testing.T) {
	s, err := sandbox.Start(t.Context(), sandbox.Config{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.WithoutCancel(t.Context()))
	var said lockedBuffer
	p := program{Stdout: io.Discard, Stderr: &said}
	code := p.Main(t.Context(), []string{"sandbox", "--smtp", s.SMTPAddr(), "--http", "127.0.0.1:0"})
	if code != exitFailed || !strings.Contains(said.String(), "--smtp") {
		t.Errorf("exit code %d, said %s", code, said.String())
	}
}
