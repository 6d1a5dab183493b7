package push

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"relais/channels"
)

// browser is the receiving side, written from the RFCs alone: nothing in here
// calls the code under test, and HKDF is spelt out (RFC 5869).
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func newBrowser(t testing.TB) browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	return browser{key, auth}
}

// subscription is what the browser's PushSubscription.toJSON gives.
func (b browser) subscription(endpoint string) string {
	data, _ := json.Marshal(map[string]any{
		"endpoint":       endpoint,
		"expirationTime": nil,
		"keys": map[string]string{
			"p256dh": b64(b.key.PublicKey().Bytes()),
			"auth":   b64(b.auth),
		},
	})
	return string(data)
}

func (b browser) address(endpoint string) channels.Address {
	return channels.NewAddress(b.subscription(endpoint))
}

// open decrypts a push message (RFC 8291, 3.4).
func (b browser) open(body []byte) ([]byte, error) {
	if len(body) > 4096 {
		return nil, fmt.Errorf("a body of %d bytes: push services need not take it", len(body))
	}
	if len(body) < 21+65 || body[20] != 65 {
		return nil, errors.New("the key id is not an uncompressed point")
	}
	sender, err := ecdh.P256().NewPublicKey(body[21 : 21+65])
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender.Bytes())
	ikm := expand(extract(b.auth, shared), info, 32)
	return openRecords(body, ikm)
}

// openRecords decrypts an aes128gcm body (RFC 8188, 2).
func openRecords(body, ikm []byte) ([]byte, error) {
	salt, size, idLen := body[:16], int(binary.BigEndian.Uint32(body[16:20])), int(body[20])
	prk := extract(salt, ikm)
	block, err := aes.NewCipher(expand(prk, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	var plain []byte
	rest := body[21+idLen:]
	for seq := uint64(0); len(rest) > 0; seq++ {
		record := rest[:min(size, len(rest))]
		rest = rest[len(record):]
		nonce := expand(prk, "Content-Encoding: nonce\x00", 12)
		for i := range 8 {
			nonce[11-i] ^= byte(seq >> (8 * i))
		}
		data, err := gcm.Open(nil, nonce, record, nil)
		if err != nil {
			return nil, err
		}
		text, err := unpad(data, len(rest) == 0)
		if err != nil {
			return nil, err
		}
		plain = append(plain, text...)
	}
	return plain, nil
}

func unpad(data []byte, last bool) ([]byte, error) {
	want := byte(1)
	if last {
		want = 2
	}
	for i := len(data) - 1; i >= 0; i-- {
		if data[i] == want {
			return data[:i], nil
		}
		if data[i] != 0 {
			break
		}
	}
	return nil, errors.New("no delimiter")
}

func extract(salt, secret []byte) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write(secret)
	return mac.Sum(nil)
}

// expand gives at most one block, 32 bytes.
func expand(prk []byte, info string, n int) []byte {
	mac := hmac.New(sha256.New, prk)
	mac.Write([]byte(info + "\x01"))
	return mac.Sum(nil)[:n]
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func unb64(t testing.TB, text string) []byte {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatalf("decode %q: %v", text, err)
	}
	return data
}
