package push

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
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/channels"
)

type claims struct {
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"`
	Subject  string `json:"sub"`
}

// verify reads an Authorization header as a push service does (RFC 8292, 3 and
// 4.2) and returns the claims and the key.
func verify(header string) (claims, string, error) {
	credentials, ok := strings.CutPrefix(header, "vapid ")
	if !ok {
		return claims{}, "", errors.New("the scheme is not vapid")
	}
	params := map[string]string{}
	for _, param := range strings.Split(credentials, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		params[name] = value
	}
	point, err := base64.RawURLEncoding.DecodeString(params["k"])
	if err != nil {
		return claims{}, "", err
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return claims{}, "", err
	}
	body, err := verifyJWT(params["t"], key)
	return body, params["k"], err
}

func verifyJWT(token string, key *ecdsa.PublicKey) (claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, fmt.Errorf("%d parts", len(parts))
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return claims{}, err
		}
	}
	if string(decoded[0]) != `{"typ":"JWT","alg":"ES256"}` || len(decoded[2]) != 64 {
		return claims{}, errors.New("not a JWT signed with ES256")
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(decoded[2][:32]), new(big.Int).SetBytes(decoded[2][32:])
	if !ecdsa.Verify(key, digest[:], r, s) {
		return claims{}, errors.New("the signature is wrong")
	}
	var body claims
	return body, json.Unmarshal(decoded[1], &body)
}

func newTestSigner(t *testing.T, subject string) *signer {
	t.Helper()
	key, err := GenerateVAPIDKey()
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSigner(channels.NewSecret(key), subject)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheTestsVerifierReadsTheExampleOfRFC8292(t *testing.T) {
	const example = "vapid " +
		"t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0." +
		"i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, " +
		"k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
	got, _, err := verify(example)
	want := claims{"https://push.example.net", 1453523768, "mailto:push@example.com"}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if _, _, err := verify(strings.Replace(example, "i3CY", "i3CZ", 1)); err == nil {
		t.Error("a forged signature passed")
	}
}

// What we sign over is byte for byte what the RFC's example signs over.
func TestSignSignsOverTheExampleOfRFC8292(t *testing.T) {
	s := newTestSigner(t, "mailto:push@example.com")
	got, err := s.sign("https://push.example.net", time.Unix(1453523768, 0))
	if err != nil {
		t.Fatal(err)
	}
	const want = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0."
	if !strings.HasPrefix(got, want) {
		t.Errorf("got %s\nwant %s…", got, want)
	}
}

func TestATokenServesOneOriginUntilShortlyBeforeItExpires(t *testing.T) {
	s := newTestSigner(t, "mailto:it@zone.example")
	start := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	at := func(origin string, after time.Duration) string {
		t.Helper()
		now := start.Add(after)
		header, err := s.authorization(origin, now)
		if err != nil {
			t.Fatal(err)
		}
		got, key, err := verify(header)
		if err != nil {
			t.Fatal(err)
		}
		if key != s.public {
			t.Errorf("after %s: k is %s, want %s", after, key, s.public)
		}
		if left := time.Unix(got.Expires, 0).Sub(now); left <= 0 || left > 24*time.Hour {
			t.Errorf("after %s: the token expires in %s, want between 0 and 24 h", after, left)
		}
		if diff := cmp.Diff(origin, got.Audience); diff != "" {
			t.Errorf("audience: %s", diff)
		}
		return header
	}

	const google, apple = "https://fcm.googleapis.com", "https://web.push.apple.com"
	first := at(google, 0)
	if at(google, 10*time.Hour) != first {
		t.Error("after 10 h the token was signed anew")
	}
	if at(google, 11*time.Hour+time.Minute) == first {
		t.Error("after 11 h the token was not renewed")
	}
	if at(google, -48*time.Hour) == first {
		t.Error("with the clock set back the token lasts longer than a push service takes")
	}
	at(apple, 0)
	for i := range 2 * maxTokens {
		at(fmt.Sprintf("https://n%d.notify.windows.com", i), 0)
	}
	if got := len(s.tokens); got > maxTokens {
		t.Errorf("%d tokens are kept, want at most %d", got, maxTokens)
	}
}

func TestNewSignerRefusesWhatIsNoKey(t *testing.T) {
	for name, key := range map[string]string{
		"empty":           "",
		"too short":       "AAAA",
		"not base64url":   strings.Repeat("+", 43),
		"zero":            strings.Repeat("A", 43),
		"above the order": b64([]byte(strings.Repeat("\xff", 32))),
	} {
		_, err := newSigner(channels.NewSecret(key), "mailto:it@zone.example")
		if err == nil {
			t.Errorf("%s: was taken", name)
		} else if key != "" && strings.Contains(err.Error(), key) {
			t.Errorf("%s: the error holds the key", name)
		}
	}
}
