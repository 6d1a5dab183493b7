package push

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"relais/channels"
)

const (
	// tokenLife stays well below the 24 hours that RFC 8292, 2, allows, so that a
	// clock that is some hours ahead does no harm.
	tokenLife = 12 * time.Hour
	// tokenReserve is what must be left of a token that is still used.
	tokenReserve = time.Hour
	// maxTokens bounds the cache; there are few push services, but many names
	// may stand behind a "*." of the configuration.
	maxTokens = 256
)

const vapidKeyLen = 32

// GenerateVAPIDKey makes a private key in the form of Config.VAPIDPrivateKey.
func GenerateVAPIDKey() (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", fmt.Errorf("make a VAPID key: %w", err)
	}
	raw, err := key.Bytes()
	if err != nil {
		return "", fmt.Errorf("make a VAPID key: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

func parseVAPIDKey(secret channels.Secret) (*ecdsa.PrivateKey, error) {
	raw, err := decodeKey(secret.Reveal(), vapidKeyLen)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, errors.New("is not a private key on the curve P-256")
	}
	return key, nil
}

// signer makes the Authorization header of RFC 8292, one token per push
// service, kept until it is about to expire.
type signer struct {
	key     *ecdsa.PrivateKey
	public  string // base64url of the uncompressed point
	id      KeyID
	subject string

	mu     sync.Mutex
	tokens map[string]token
}

type token struct {
	header  string
	expires time.Time
}

func newSigner(secret channels.Secret, subject string) (*signer, error) {
	key, err := parseVAPIDKey(secret)
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("has no public half: %w", err)
	}
	public := base64.RawURLEncoding.EncodeToString(point)
	return &signer{
		key:     key,
		public:  public,
		id:      keyID(public),
		subject: subject,
		tokens:  make(map[string]token),
	}, nil
}

// authorization returns the header for a push service. Signing takes tens of
// microseconds and happens once in eleven hours, so it stays under the lock.
func (s *signer) authorization(origin string, now time.Time) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.tokens[origin]; ok && t.serves(now) {
		return t.header, nil
	}
	expires := now.Add(tokenLife)
	jwt, err := s.sign(origin, expires)
	if err != nil {
		return "", err
	}
	if len(s.tokens) >= maxTokens {
		clear(s.tokens)
	}
	t := token{header: "vapid t=" + jwt + ", k=" + s.public, expires: expires} // RFC 8292, 3
	s.tokens[origin] = t
	return t.header, nil
}

// serves says whether the token is neither about to expire nor, after the clock
// was set back, further ahead than a push service takes.
func (t token) serves(now time.Time) bool {
	left := t.expires.Sub(now)
	return left > tokenReserve && left <= tokenLife
}

// sign makes a JWT with ES256: r and s as 32 bytes each (RFC 7518, 3.4).
func (s *signer) sign(origin string, expires time.Time) (string, error) {
	claims, err := json.Marshal(struct {
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
		Subject  string `json:"sub"`
	}{origin, expires.Unix(), s.subject})
	if err != nil {
		return "", fmt.Errorf("write the VAPID claims: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	input := encode([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + encode(claims)
	digest := sha256.Sum256([]byte(input))
	r, sig, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		return "", fmt.Errorf("sign the VAPID token: %w", err)
	}
	var raw [64]byte
	r.FillBytes(raw[:32])
	sig.FillBytes(raw[32:])
	return input + "." + encode(raw[:]), nil
}
