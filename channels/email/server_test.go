package email

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailServer is a real SMTP server that answers as it is told.
type mailServer struct {
	host string
	port int
	done chan struct{}

	mu       sync.Mutex
	mails    []received
	wire     bytes.Buffer // everything that clients wrote, before TLS
	chunks   []string     // the same, as it came in
	dialled  int
	open     map[*tapped]bool
	most     int // connections at once
	onMail   func() error
	onRcpt   func(to string) error
	onData   func(c *smtp.Conn, take func()) error // after the text was read
	password string
}

// received is one mail that was read completely.
type received struct {
	from, to string
	data     []byte
}

type serverOption func(*smtp.Server)

func withTLS(cert tls.Certificate) serverOption {
	return func(s *smtp.Server) { s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} }
}

func startServer(t testing.TB, options ...serverOption) *mailServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailServer{host: "127.0.0.1", port: listener.Addr().(*net.TCPAddr).Port, done: make(chan struct{}), open: make(map[*tapped]bool)}
	server := smtp.NewServer(m)
	server.Domain, server.AllowInsecureAuth, server.EnableSMTPUTF8 = "mx.test", true, true
	server.ErrorLog = quietLog{}
	for _, option := range options {
		option(server)
	}
	served := make(chan error, 1)
	var tapped net.Listener = &tap{listener, m}
	if server.Network == "tls" {
		tapped = tls.NewListener(tapped, server.TLSConfig)
	}
	go func() { served <- server.Serve(tapped) }()
	t.Cleanup(func() {
		close(m.done)
		// Not Close: go-smtp would touch what its connections are still writing.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		stopped := make(chan error, 1)
		go func() { stopped <- server.Shutdown(ctx) }()
		m.hangUp()
		if err := <-stopped; err != nil {
			t.Errorf("stop server: %v", err)
		}
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return m
}

// set changes how the server answers.
func (m *mailServer) set(change func(m *mailServer)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

func (m *mailServer) got() []received {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]received(nil), m.mails...)
}

func (m *mailServer) written() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wire.String()
}

func (m *mailServer) dials() (all, most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dialled, m.most
}

// hangUp ends every connection without a word.
func (m *mailServer) hangUp() {
	m.mu.Lock()
	open := slices.Collect(maps.Keys(m.open))
	m.mu.Unlock()
	for _, c := range open {
		_ = c.Close()
	}
}

func (m *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{server: m, conn: c}, nil
}

type session struct {
	server   *mailServer
	conn     *smtp.Conn
	from, to string
}

func (s *session) AuthMechanisms() []string {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		if username != "relais" || password != s.server.password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no luck, " + username}
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	s.server.mu.Lock()
	on := s.server.onMail
	s.server.mu.Unlock()
	if on != nil {
		return on()
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	s.server.mu.Lock()
	on := s.server.onRcpt
	s.server.mu.Unlock()
	if on != nil {
		return on(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	take := func() {
		s.server.set(func(m *mailServer) { m.mails = append(m.mails, received{s.from, s.to, data}) })
	}
	s.server.mu.Lock()
	on := s.server.onData
	s.server.mu.Unlock()
	if on != nil {
		return on(s.conn, take)
	}
	take()
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

var errCut = errors.New("cut")

// cutAfterText reads the mail and ends the connection instead of answering.
func cutAfterText(c *smtp.Conn, take func()) error {
	take()
	_ = c.Conn().Close()
	return errCut
}

// hangAfterText reads the mail and never answers.
func (m *mailServer) hangAfterText(_ *smtp.Conn, take func()) error {
	take()
	<-m.done
	return errCut
}

func reply(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

// tap counts connections and copies what clients write.
type tap struct {
	net.Listener
	server *mailServer
}

func (l *tap) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	tapped := &tapped{Conn: c, server: l.server}
	l.server.set(func(m *mailServer) {
		m.dialled++
		m.open[tapped] = true
		m.most = max(m.most, len(m.open))
	})
	return tapped, nil
}

type tapped struct {
	net.Conn
	server *mailServer
}

func (c *tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.server.set(func(m *mailServer) {
		m.wire.Write(p[:n])
		m.chunks = append(m.chunks, string(p[:n]))
	})
	return n, err
}

func (c *tapped) Close() error {
	c.server.set(func(m *mailServer) { delete(m.open, c) })
	return c.Conn.Close()
}

type quietLog struct{}

func (quietLog) Printf(string, ...any) {}
func (quietLog) Println(...any)        {}
