package voice

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"relais/broker"
	"relais/channels"
	"relais/channels/channeltest"
)

const (
	testSID   = "AC0123456789abcdef0123456789abcdef"
	testToken = "s3cr3t0123456789abcdef0123456789"
	testBase  = "https://relais.zone.example"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// twilioServer answers as Twilio does, and quotes numbers and texts in its
// errors as Twilio does.
type twilioServer struct {
	*httptest.Server
	conns   atomic.Int64
	closing chan struct{}

	mu     sync.Mutex
	answer channeltest.Answer
	fixed  func(w http.ResponseWriter, form url.Values) // instead of answer
	took   map[channels.Address]int
	forms  []url.Values
	listed []map[string]any // what a GET lists
	query  url.Values       // of the last GET

	updated []string // calls that were changed, and their new status
}

func newTwilio(t testing.TB) *twilioServer {
	t.Helper()
	s := &twilioServer{answer: channeltest.Accept, took: make(map[channels.Address]int), closing: make(chan struct{})}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.conns.Add(1)
		}
	}
	s.Start()
	t.Cleanup(func() {
		close(s.closing)
		s.Close()
	})
	return s
}

func (s *twilioServer) config() Config {
	cfg := Default()
	cfg.BaseURL, cfg.AccountSID, cfg.AuthToken, cfg.From = s.URL, testSID, channels.NewSecret(testToken), "+3227931000"
	cfg.Timeout = time.Minute
	return cfg
}

// fixedTexts says the same for every delivery.
type fixedTexts struct {
	content *channels.Content
	err     error
}

func (t fixedTexts) Content(context.Context, channels.DeliveryID) (*channels.Content, error) {
	return t.content, t.err
}

func loadWords(t testing.TB) channels.WordsByLang {
	t.Helper()
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func (s *twilioServer) channel(t testing.TB, log *slog.Logger) *Channel {
	t.Helper()
	c, err := New(s.config(), loadWords(t), fixedTexts{content: channeltest.Content(channels.ForMember, broker.French)}, testBase, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func (s *twilioServer) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	user, password, _ := r.BasicAuth()
	collection, isOne := "/2010-04-01/Accounts/"+testSID+"/Calls", strings.Contains(r.URL.Path, "/Calls/")
	if !strings.HasPrefix(r.URL.Path, collection) || user != testSID || password != testToken {
		refuse(w, 401, 20003, "Authenticate with "+password)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if isOne {
		s.updated = append(s.updated, r.URL.Path[len(collection)+1:]+" "+form.Get("Status"))
		writeJSON(w, 200, map[string]any{"sid": "CA1", "status": "completed"})
		return
	}
	if r.Method == http.MethodGet {
		s.query = r.URL.Query()
		if s.answer == channeltest.CutAfterBody {
			panic(http.ErrAbortHandler)
		}
		writeJSON(w, 200, map[string]any{"calls": s.listed, "page": 0, "next_page_uri": nil})
		return
	}
	if s.fixed != nil {
		s.fixed(w, form)
		return
	}
	s.post(w, r, form)
}

func (s *twilioServer) post(w http.ResponseWriter, r *http.Request, form url.Values) {
	to := form.Get("To")
	switch s.answer {
	case channeltest.Accept:
		s.took[channels.NewAddress(to)]++
		s.forms = append(s.forms, form)
		writeJSON(w, 201, map[string]any{"sid": fmt.Sprintf("CA%032d", len(s.forms)), "status": "queued", "to": to})
	case channeltest.Throttle:
		w.Header().Set("Retry-After", fmt.Sprint(int(channeltest.RetryAfter/time.Second)))
		refuse(w, 429, 20429, "Too Many Requests")
	case channeltest.ServerError:
		http.Error(w, "<html>upstream of "+to+" is down", http.StatusBadGateway)
	case channeltest.ClientError:
		refuse(w, 400, 21215, "Account not authorized to call "+to+" with "+form.Get("Twiml"))
	case channeltest.OptedOut:
		refuse(w, 400, 21216, "Account not allowed to call "+to)
	case channeltest.Gone:
		refuse(w, 400, 21211, "The 'To' number "+to+" is not a valid phone number.")
	case channeltest.Timeout:
		s.took[channels.NewAddress(to)]++
		s.mu.Unlock()
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
		s.mu.Lock()
	case channeltest.CutAfterBody:
		s.took[channels.NewAddress(to)]++
		panic(http.ErrAbortHandler)
	}
}

func refuse(w http.ResponseWriter, status, code int, message string) {
	writeJSON(w, status, map[string]any{"code": code, "message": message, "more_info": fmt.Sprint("https://www.twilio.com/docs/errors/", code), "status": status})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// standIn is the server as the suite sees it.
type standIn struct {
	*twilioServer
	ch *Channel
}

func (s standIn) Channel() channels.Channel { return s.ch }

func (s standIn) Address(n int) channels.Address {
	return channels.NewAddress(fmt.Sprintf("+322%07d", n))
}

func (s standIn) Secrets() []string {
	// What Authorization holds: base64 of account and token.
	return []string{testToken, "QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpzM2NyM3Q"}
}

func (s standIn) Answer(a channeltest.Answer) channeltest.Want {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = a
	switch a {
	case channeltest.Throttle:
		return channeltest.Want{Class: channels.Throttled, After: channeltest.RetryAfter}
	case channeltest.ServerError:
		return channeltest.Want{Class: channels.Retryable}
	case channeltest.ClientError:
		return channeltest.Want{Class: channels.Rejected}
	case channeltest.OptedOut:
		return channeltest.Want{Class: channels.Rejected}
	case channeltest.Gone:
		return channeltest.Want{Class: channels.Gone}
	case channeltest.Timeout, channeltest.CutAfterBody:
		return channeltest.Want{Class: channels.Ambiguous}
	}
	return channeltest.Want{}
}

func (s standIn) Took() map[channels.Address]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.took)
}

func (s *twilioServer) lastForm(t *testing.T) url.Values {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.forms) == 0 {
		t.Fatal("the server took nothing")
	}
	return s.forms[len(s.forms)-1]
}

func delivery(t testing.TB) channels.Delivery {
	t.Helper()
	return channeltest.Delivery(0, channels.NewAddress("+3227341234"))
}

func TestConformance(t *testing.T) {
	channeltest.Run(t, func(t *testing.T, log *slog.Logger) channeltest.Provider {
		s := newTwilio(t)
		return standIn{s, s.channel(t, log)}
	})
}

func TestSecretsOfTheSuiteAreReal(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.SetBasicAuth(testSID, testToken)
	secret := standIn{}.Secrets()[1]
	if got := r.Header.Get("Authorization"); !strings.Contains(got, secret) {
		t.Errorf("Authorization is %q, want it to hold %q", got, secret)
	}
}
