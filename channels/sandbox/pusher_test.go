package sandbox

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

// pusher is an application server and the one subscription that it sends to,
// written for this test alone.
type pusher struct {
	t        *testing.T
	audience string
	endpoint string
	browser  *ecdh.PublicKey
	auth     []byte
	key      *ecdsa.PrivateKey
}

func newPusher(t *testing.T, s *Sandbox) *pusher {
	t.Helper()
	raw, err := s.NewSubscription()
	if err != nil {
		t.Fatal(err)
	}
	var sub struct {
		Endpoint string
		Keys     map[string]string
	}
	if err := json.Unmarshal([]byte(raw), &sub); err != nil {
		t.Fatal(err)
	}
	browser, err := ecdh.P256().NewPublicKey(unbase64(t, sub.Keys["p256dh"]))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if endpoint, err := PushEndpoint(raw); err != nil || endpoint != sub.Endpoint {
		t.Fatalf("PushEndpoint: got %q, %v", endpoint, err)
	}
	return &pusher{t, s.URL(), sub.Endpoint, browser, unbase64(t, sub.Keys["auth"]), key}
}

func (p *pusher) send(payload string, head map[string]string) answer {
	p.t.Helper()
	got, err := do(p.request(payload, head))
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

func (p *pusher) request(payload string, head map[string]string) *http.Request {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.endpoint, strings.NewReader(string(p.seal(payload))))
	if err != nil {
		p.t.Fatal(err)
	}
	all := map[string]string{
		"TTL": "60", "Content-Encoding": "aes128gcm",
		"Authorization": p.vapid("ES256", p.audience, time.Now().Add(time.Hour).Unix()),
	}
	maps.Copy(all, head)
	for name, value := range all {
		if value != "\x00" {
			req.Header.Set(name, value)
		}
	}
	return req
}

// seal encrypts as RFC 8291 says, with three bytes of padding.
func (p *pusher) seal(payload string) []byte {
	p.t.Helper()
	sender, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	shared, err := sender.ECDH(p.browser)
	if err != nil {
		p.t.Fatal(err)
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	public := sender.PublicKey().Bytes()
	ikm := p.derive(shared, p.auth, "WebPush: info\x00"+string(p.browser.Bytes())+string(public), 32)
	block, err := aes.NewCipher(p.derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		p.t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		p.t.Fatal(err)
	}
	out := binary.BigEndian.AppendUint32(salt, 4096)
	out = append(append(out, byte(len(public))), public...)
	return gcm.Seal(out, p.derive(ikm, salt[:16], "Content-Encoding: nonce\x00", 12), []byte(payload+"\x02\x00\x00\x00"), nil)
}

func (p *pusher) derive(secret, salt []byte, info string, n int) []byte {
	p.t.Helper()
	key, err := hkdf.Key(sha256.New, secret, salt, info, n)
	if err != nil {
		p.t.Fatal(err)
	}
	return key
}

func (p *pusher) vapid(alg, audience string, expires int64) string {
	p.t.Helper()
	signed := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"typ":"JWT","alg":%q}`, alg)) + "." +
		base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"aud":%q,"exp":%d,"sub":"mailto:relais@police.example"}`, audience, expires))
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, p.key, digest[:])
	if err != nil {
		p.t.Fatal(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return "vapid t=" + signed + "." + base64.RawURLEncoding.EncodeToString(signature) + ", k=" + publicOf(p.t, p.key)
}

// swapKey puts another key's public half into a vapid header.
func swapKey(t *testing.T, header string) string {
	t.Helper()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(header, ", k=")
	return before + ", k=" + publicOf(t, other)
}

func publicOf(t *testing.T, key *ecdsa.PrivateKey) string {
	t.Helper()
	raw, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func unbase64(t *testing.T, s string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
