package email

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"relais/broker"
	"relais/channels"
)

// TestTLS tries each policy on servers with and without TLS. Whatever goes
// wrong, neither password nor mail is readable on the way.
func TestTLS(t *testing.T) {
	cert, roots := certificate(t)
	for _, tc := range []struct {
		name    string
		tls     Security
		server  []serverOption
		trusted bool
		taken   bool
		clear   bool // the mail was readable on the way
	}{
		{"starttls", StartTLS, []serverOption{withTLS(cert)}, true, true, false},
		{"starttls, not offered", StartTLS, nil, true, false, false},
		{"starttls, unknown certificate", StartTLS, []serverOption{withTLS(cert)}, false, false, false},
		{"opportunistic", Opportunistic, []serverOption{withTLS(cert)}, true, true, false},
		{"opportunistic, not offered", Opportunistic, nil, true, true, true},
		{"opportunistic, unknown certificate", Opportunistic, []serverOption{withTLS(cert)}, false, false, false},
		{"implicit", Implicit, []serverOption{withTLS(cert), implicitly}, true, true, false},
		{"implicit, unknown certificate", Implicit, []serverOption{withTLS(cert), implicitly}, false, false, false},
		{"implicit, on a server without", Implicit, nil, true, false, false},
		{"none", Plain, []serverOption{withTLS(cert)}, true, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := startServer(t, tc.server...)
			server.set(func(m *mailServer) { m.password = "Geheim-4711" })
			cfg := configFor(server)
			cfg.TLS, cfg.Username, cfg.Password = tc.tls, "relais", channels.NewSecret("Geheim-4711")
			cfg.Timeout = 5 * time.Second
			config := &tls.Config{ServerName: cfg.Host, RootCAs: x509.NewCertPool()}
			if tc.trusted {
				config.RootCAs = roots
			}
			_, err := start(t, cfg, config).Send(t.Context(), delivery(channels.ForMember, broker.French))
			if got := channels.AsSendError(err); (err == nil) != tc.taken || err != nil && got.Class != channels.Retryable {
				t.Errorf("got %v, want taken: %v, else retryable", err, tc.taken)
			}
			wire := server.written()
			if readable := strings.Contains(wire, "MAIL FROM") || strings.Contains(wire, "AUTH"); readable != tc.clear {
				t.Errorf("readable on the way: %v, want %v", readable, tc.clear)
			}
			if n := len(server.got()); (n == 1) != tc.taken {
				t.Errorf("the server took %d mails", n)
			}
		})
	}
}

func implicitly(s *smtp.Server) { s.Network = "tls" } // startServer listens accordingly

func TestWrongPassword(t *testing.T) {
	server := startServer(t)
	server.set(func(m *mailServer) { m.password = "another" })
	cfg := configFor(server)
	cfg.Username, cfg.Password = "relais", channels.NewSecret("Geheim-4711")
	var log bytes.Buffer
	c, err := New(cfg, words(t), "relais.example", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	c.clock = func() time.Time { return now }
	try := func(after time.Duration, dials int) {
		t.Helper()
		_, err := c.Send(t.Context(), delivery(channels.ForMember, broker.French))
		got := channels.AsSendError(err)
		if err == nil || got.Class != channels.Retryable || got.After != after || got.Code != "535 5.7.8" {
			t.Errorf("got %v after %s, want retryable (535 5.7.8) after %s", err, got.After, after)
		}
		if dialled, _ := server.dials(); dialled != dials {
			t.Errorf("dialled %d times, want %d", dialled, dials)
		}
	}
	try(lockout, 1)
	now = now.Add(time.Minute)
	try(lockout-time.Minute, 1) // the server is left in peace
	now = now.Add(lockout)
	try(lockout, 2)
	if got := strings.Count(log.String(), "level=ERROR"); got != 2 {
		t.Errorf("told operators %d times, want once for each refusal:\n%s", got, &log)
	}
	if strings.Contains(log.String(), "Geheim") {
		t.Error("the log holds the password")
	}
	server.set(func(m *mailServer) { m.password = "Geheim-4711" })
	now = now.Add(lockout)
	mustSend(t, c, delivery(channels.ForMember, broker.French))
	if err := c.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestNoProtectedWayToSignIn(t *testing.T) {
	for name, ehlo := range map[string]string{
		"none at all":   "250 mx\n",
		"only CRAM-MD5": "250-mx\n250 AUTH CRAM-MD5\n",
	} {
		cfg := Default()
		cfg.Host, cfg.TLS, cfg.From = "127.0.0.1", Plain, "relais@zone.example"
		cfg.Port = playServer(t, map[string]string{"EHLO": ehlo})
		cfg.Username, cfg.Password = "relais", channels.NewSecret("Geheim-4711")
		_, err := start(t, cfg, nil).Send(t.Context(), delivery(channels.ForMember, broker.French))
		if got := channels.AsSendError(err); err == nil || got.Class != channels.Retryable || got.After != lockout {
			t.Errorf("%s: got %v, want retryable after %s", name, err, lockout)
		}
	}
}

func TestHangUpWhileSigningIn(t *testing.T) {
	cfg := Default()
	cfg.Host, cfg.TLS, cfg.From = "127.0.0.1", Plain, "relais@zone.example"
	cfg.Port = playServer(t, map[string]string{"EHLO": "250-mx\n250 AUTH PLAIN\n", "AUTH": "cut"})
	cfg.Username, cfg.Password = "relais", channels.NewSecret("Geheim-4711")
	_, err := start(t, cfg, nil).Send(t.Context(), delivery(channels.ForMember, broker.French))
	if got := channels.AsSendError(err); err == nil || got.Class != channels.Retryable || got.After != 0 {
		t.Errorf("got %v after %s, want retryable at any time: our password was not refused", err, got.After)
	}
}
