package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"relais/channels"
)

const (
	account = "AC00000000000000000000000000000001"
	token   = "sandboxauthtoken"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a sandbox for one test. Its dice are seeded from RELAIS_SEED.
func start(t *testing.T, change func(*Config)) *Sandbox {
	t.Helper()
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("RELAIS_SEED"), "1"), 10, 64)
	if err != nil {
		t.Fatalf("RELAIS_SEED: %v", err)
	}
	cfg := Config{AccountSID: account, AuthToken: channels.NewSecret(token), Seed: seed}
	if change != nil {
		change(&cfg)
	}
	s, err := Start(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("RELAIS_SEED=%d", s.cfg.Seed)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// answer is what came back, read and closed.
type answer struct {
	status int
	head   http.Header
	body   string
}

func call(t *testing.T, method, target, body string, head map[string]string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range head {
		req.Header.Set(name, value)
	}
	got, err := do(req)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func do(req *http.Request) (answer, error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}, err
}

func TestStartNamesTheAddressThatIsTaken(t *testing.T) {
	s := start(t, nil)
	for name, cfg := range map[string]Config{
		"mail": {SMTPAddr: s.SMTPAddr()},
		"HTTP": {HTTPAddr: strings.TrimPrefix(s.URL(), "http://")},
	} {
		_, err := Start(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), "listen for "+name) {
			t.Errorf("%s: got %v, want an error that says it", name, err)
		}
	}
}

func TestCloseEndsLivePagesAndKeptConnections(t *testing.T) {
	s, err := Start(t.Context(), Config{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	events := openStream(t, s.URL()+"/outbox/events")
	elsewhere := httptest.NewServer(s.Handler())
	t.Cleanup(elsewhere.Close)
	mounted := openStream(t, elsewhere.URL+"/outbox/events")
	mail := dial(t, s.SMTPAddr())
	mail.expect("220")
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(events); err != nil {
		t.Errorf("the stream: got %v, want its end", err)
	}
	if _, err := io.ReadAll(mounted); err != nil {
		t.Errorf("the stream of a mounted page: got %v, want its end", err)
	}
	if _, err := io.ReadAll(mail.conn); err != nil {
		t.Errorf("the mail connection: got %v, want its end", err)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestTheLogHoldsTheSeedAndNoSecret(t *testing.T) {
	var written bytes.Buffer
	s, err := Start(t.Context(), Config{Seed: 4711, AuthToken: channels.NewSecret(token)}, slog.New(slog.NewTextHandler(&written, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log := written.String(); !strings.Contains(log, "faults_seed=4711") || strings.Contains(log, token) {
		t.Errorf("got log %s", log)
	}
}
