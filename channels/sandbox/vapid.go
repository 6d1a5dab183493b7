package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// vapid checks who sends a push (RFC 8292). A sender uses one token for many
// messages, so tokens that passed are remembered until they expire.
type vapid struct {
	audience string

	mu     sync.Mutex
	passed map[string]time.Time // Authorization header → expiry of its token
}

const rememberedTokens = 256

func newVAPID(audience string) *vapid {
	return &vapid{audience: audience, passed: make(map[string]time.Time)}
}

func (v *vapid) check(authorization string, now time.Time) error {
	v.mu.Lock()
	expires, known := v.passed[authorization]
	v.mu.Unlock()
	if known && now.Before(expires) {
		return nil
	}
	expires, err := v.verify(authorization, now)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.passed) >= rememberedTokens {
		clear(v.passed)
	}
	v.passed[authorization] = expires
	return nil
}

// verify checks `vapid t=…, k=…` and returns when the token expires.
func (v *vapid) verify(authorization string, now time.Time) (time.Time, error) {
	token, key, err := vapidParameters(authorization)
	if err != nil {
		return time.Time{}, err
	}
	signed, signature, err := splitToken(token)
	if err != nil {
		return time.Time{}, err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), key)
	if err != nil {
		return time.Time{}, errors.New("k is not an uncompressed P-256 point (RFC 8292, 3.2)")
	}
	digest := sha256.Sum256([]byte(signed))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(public, digest[:], r, s) {
		return time.Time{}, errors.New("the signature is not by the key k")
	}
	return v.checkClaims(signed, now)
}

// vapidParameters reads the header (RFC 8292, 3).
func vapidParameters(authorization string) (token string, key []byte, err error) {
	scheme, rest, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "vapid") {
		return "", nil, errors.New("the Authorization is not of the scheme vapid (RFC 8292, 3)")
	}
	for parameter := range strings.SplitSeq(rest, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(parameter), "="); name {
		case "t":
			token = value
		case "k":
			if key, err = base64.RawURLEncoding.DecodeString(value); err != nil {
				return "", nil, errors.New("k is not unpadded base64url")
			}
		}
	}
	if token == "" || len(key) == 0 {
		return "", nil, errors.New("the Authorization lacks t or k (RFC 8292, 3)")
	}
	return token, key, nil
}

// splitToken checks the header of a JWT in compact form for ES256 (RFC 7515, 7.1; RFC 7518, 3.4).
func splitToken(token string) (signed string, signature []byte, err error) {
	at := strings.LastIndexByte(token, '.')
	if at < 0 || strings.Count(token, ".") != 2 {
		return "", nil, errors.New("t is not a JWT in compact form")
	}
	signature, err = base64.RawURLEncoding.DecodeString(token[at+1:])
	if err != nil || len(signature) != 64 {
		return "", nil, errors.New("the signature of t is not 64 bytes in base64url (RFC 7518, 3.4)")
	}
	var head struct{ Alg string }
	encoded, _, _ := strings.Cut(token, ".")
	if err := decodeJWT(encoded, &head); err != nil || head.Alg != "ES256" {
		return "", nil, errors.New("t is not signed with ES256 (RFC 8292, 2)")
	}
	return token[:at], signature, nil
}

func (v *vapid) checkClaims(signed string, now time.Time) (time.Time, error) {
	var claims struct {
		Aud string
		Exp int64
		Sub string
	}
	_, encoded, _ := strings.Cut(signed, ".")
	if err := decodeJWT(encoded, &claims); err != nil {
		return time.Time{}, errors.New("the claims of t cannot be read")
	}
	expires := time.Unix(claims.Exp, 0)
	switch {
	case claims.Aud != v.audience:
		return time.Time{}, fmt.Errorf("aud is not the origin of the endpoint, %s (RFC 8292, 2)", v.audience)
	case !now.Before(expires):
		return time.Time{}, errors.New("t has expired")
	case expires.After(now.Add(24 * time.Hour)):
		return time.Time{}, errors.New("exp is more than 24 hours away (RFC 8292, 2)")
	case claims.Sub != "" && !strings.HasPrefix(claims.Sub, "mailto:") && !strings.HasPrefix(claims.Sub, "https:"):
		return time.Time{}, errors.New("sub is neither mailto: nor https: (RFC 8292, 2.1)")
	}
	return expires, nil
}

func decodeJWT(encoded string, into any) error {
	data, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
