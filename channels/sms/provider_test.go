package sms

import (
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
	cfg.BaseURL, cfg.AccountSID, cfg.AuthToken, cfg.From = s.URL, testSID, channels.NewSecret(testToken), "+32460201234"
	cfg.Timeout = time.Minute
	return cfg
}

func (s *twilioServer) channel(t testing.TB, log *slog.Logger) *Channel {
	t.Helper()
	c, err := New(s.config(), loadWords(t), testBase, log)
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
	if r.URL.Path != "/2010-04-01/Accounts/"+testSID+"/Messages.json" || user != testSID || password != testToken {
		refuse(w, 401, 20003, "Authenticate with "+password)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet {
		s.query = r.URL.Query()
		if s.answer == channeltest.CutAfterBody {
			panic(http.ErrAbortHandler)
		}
		writeJSON(w, 200, map[string]any{"messages": s.listed, "page": 0, "next_page_uri": nil})
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
		writeJSON(w, 201, map[string]any{"sid": fmt.Sprintf("SM%032d", len(s.forms)), "status": "queued", "error_code": nil, "to": to, "body": form.Get("Body")})
	case channeltest.Throttle:
		w.Header().Set("Retry-After", fmt.Sprint(int(channeltest.RetryAfter/time.Second)))
		refuse(w, 429, 20429, "Too Many Requests")
	case channeltest.ServerError:
		http.Error(w, "<html>upstream of "+to+" is down", http.StatusBadGateway)
	case channeltest.ClientError:
		refuse(w, 400, 21617, "The concatenated message body exceeds the limit: "+form.Get("Body"))
	case channeltest.OptedOut:
		refuse(w, 400, 21610, "Attempt to send to unsubscribed recipient "+to)
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
	return channels.NewAddress(fmt.Sprintf("+32470%06d", n))
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
		return channeltest.Want{Class: channels.OptedOut}
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
	return channeltest.Delivery(0, channels.NewAddress("+32470000000"))
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
