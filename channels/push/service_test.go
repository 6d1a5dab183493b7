package push

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
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"relais/channels"
	"relais/channels/channeltest"
)

// service is a push service and the browsers behind it. It takes a message
// only if it keeps every rule: VAPID token, headers, and a body that the
// browser can read.
type service struct {
	t       testing.TB
	server  *httptest.Server
	channel *Channel
	done    chan struct{} // ends calls that hang

	mu       sync.Mutex
	answer   http.HandlerFunc // nil: 201
	browsers map[string]browser
	took     map[channels.Address]int
	got      []message
	faults   []string
}

// message is what a browser got, and the headers that it came with.
type message struct {
	path    string
	header  http.Header
	payload Payload
	plain   []byte
}

func newService(t testing.TB, log *slog.Logger, change func(*Config)) *service {
	t.Helper()
	s := &service{t: t, browsers: map[string]browser{}, took: map[channels.Address]int{}, done: make(chan struct{})}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	cfg := testConfig(t)
	cfg.AllowInsecure = true
	cfg.Timeout = time.Minute
	if change != nil {
		change(&cfg)
	}
	s.channel = newTestChannel(t, cfg, log)
	t.Cleanup(func() {
		close(s.done)
		s.channel.Close()
		s.server.Close()
		for _, fault := range s.faults {
			t.Error(fault)
		}
	})
	return s
}

func testConfig(t testing.TB) Config {
	t.Helper()
	key, err := GenerateVAPIDKey()
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.VAPIDPrivateKey = channels.NewSecret(key)
	cfg.Subject = "mailto:it@zone.example"
	return cfg
}

func newTestChannel(t testing.TB, cfg Config, log *slog.Logger) *Channel {
	t.Helper()
	words, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(cfg, words, log)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (s *service) Channel() channels.Channel { return s.channel }

func (s *service) Secrets() []string {
	return []string{s.channel.cfg.VAPIDPrivateKey.Reveal(), "endpoint-token", s.server.URL}
}

// Address makes a browser that subscribes here.
func (s *service) Address(n int) channels.Address {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := fmt.Sprintf("/wp/endpoint-token-%d", n)
	b, ok := s.browsers[path]
	if !ok {
		b = newBrowser(s.t)
		s.browsers[path] = b
	}
	return b.address(s.server.URL + path)
}

func (s *service) Took() map[channels.Address]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.took)
}

// messages returns what was taken since it was last asked.
func (s *service) messages() []message {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got = nil
	return got
}

func (s *service) Answer(a channeltest.Answer) channeltest.Want {
	switch a {
	case channeltest.Throttle:
		pause := strconv.Itoa(int(channeltest.RetryAfter / time.Second))
		s.answerWith(status(http.StatusTooManyRequests, "Retry-After", pause))
		return channeltest.Want{Class: channels.Throttled, After: channeltest.RetryAfter}
	case channeltest.ServerError:
		s.answerWith(status(http.StatusServiceUnavailable))
		return channeltest.Want{Class: channels.Retryable}
	case channeltest.ClientError:
		s.answerWith(status(http.StatusRequestEntityTooLarge))
		return channeltest.Want{Class: channels.Rejected}
	case channeltest.OptedOut: // Web Push knows no opting out but to unsubscribe
		s.answerWith(status(http.StatusNotFound))
		return channeltest.Want{Class: channels.Gone}
	case channeltest.Gone:
		s.answerWith(status(http.StatusGone))
		return channeltest.Want{Class: channels.Gone}
	case channeltest.Timeout:
		s.answerWith(s.hang)
		return channeltest.Want{Class: channels.Ambiguous}
	case channeltest.CutAfterBody:
		s.answerWith(s.cut)
		return channeltest.Want{Class: channels.Ambiguous}
	}
	s.answerWith(nil)
	return channeltest.Want{}
}

func (s *service) answerWith(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = h
}

// status refuses, in words that quote the endpoint as push services do.
func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = fmt.Fprintf(w, "no: %s", r.URL.Path)
	}
}

func (s *service) hang(_ http.ResponseWriter, r *http.Request) {
	s.read(r)
	select {
	case <-r.Context().Done():
	case <-s.done:
	}
}

func (s *service) cut(w http.ResponseWriter, r *http.Request) {
	s.read(r)
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		s.fault("cut: %v", err)
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	if !s.read(r) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Location", s.server.URL+"/message/1") // RFC 8030, 5
	w.WriteHeader(http.StatusCreated)
}

// read checks and decrypts a message, and says whether it was good.
func (s *service) read(r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.fault("read the body: %v", err)
		return false
	}
	if err := s.check(r); err != nil {
		s.fault("%v", err)
		return false
	}
	s.mu.Lock()
	b, ok := s.browsers[r.URL.Path]
	s.mu.Unlock()
	if !ok {
		s.fault("a call to %s, where no browser is", r.URL.Path)
		return false
	}
	plain, err := b.open(body)
	if err != nil {
		s.fault("decrypt: %v", err)
		return false
	}
	m := message{path: r.URL.Path, header: r.Header, plain: plain}
	if err := json.Unmarshal(plain, &m.payload); err != nil {
		s.fault("read the payload: %v", err)
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, m)
	s.took[b.address(s.server.URL+r.URL.Path)]++
	return true
}

func (s *service) check(r *http.Request) error {
	if r.Method != http.MethodPost || r.Header.Get("Content-Encoding") != "aes128gcm" {
		return fmt.Errorf("got %s with content encoding %q", r.Method, r.Header.Get("Content-Encoding"))
	}
	got, key, err := verify(r.Header.Get("Authorization"))
	if err != nil {
		return fmt.Errorf("authorization: %w", err)
	}
	if got.Audience != s.server.URL || got.Subject != "mailto:it@zone.example" || key != s.channel.PublicKey() {
		return fmt.Errorf("got claims %+v for %s", got, s.server.URL)
	}
	left := time.Until(time.Unix(got.Expires, 0))
	if left <= 0 || left > 24*time.Hour { // RFC 8292, 2
		return fmt.Errorf("the token expires in %s", left)
	}
	if seconds, err := strconv.Atoi(r.Header.Get("TTL")); err != nil || seconds < 0 {
		return fmt.Errorf("TTL %q", r.Header.Get("TTL")) // RFC 8030, 5.2
	}
	if topic := r.Header.Get("Topic"); len(topic) > 32 || strings.Trim(topic, base64url) != "" { // RFC 8030, 5.4
		return fmt.Errorf("topic %q", topic)
	}
	return nil
}

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func (s *service) fault(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, "push service: "+fmt.Sprintf(format, args...))
}

func parseURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
