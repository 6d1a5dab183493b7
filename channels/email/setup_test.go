package email

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net"
	"testing"
	"time"

	"relais/channels"
)

// certificate signs itself for 127.0.0.1; roots trusts it.
func certificate(t testing.TB) (cert tls.Certificate, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "mx.test"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// configFor reaches a server without TLS.
func configFor(m *mailServer) Config {
	cfg := Default()
	cfg.Host, cfg.Port, cfg.TLS = m.host, m.port, Plain
	cfg.From, cfg.FromName, cfg.Hello = "relais@zone.example", "Zone de police", "relais.example"
	cfg.Timeout = time.Minute
	return cfg
}

func words(t testing.TB) channels.WordsByLang {
	t.Helper()
	all, err := channels.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// start opens a channel on the configuration and closes it after the test.
func start(t testing.TB, cfg Config, tlsConfig *tls.Config) *Channel {
	t.Helper()
	c, err := open(cfg, words(t), "relais.example", slog.New(slog.DiscardHandler), tlsConfig)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}
