package main

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
	"time"

	"relais/channels"
)

// subscribe reads every browser's keys ahead, and signs one token for all.
func (c *bareClients) subscribe(origin string) (err error) {
	c.browser = make([]bareBrowser, len(c.members))
	for i, m := range c.members {
		contact := m.Member.Contacts[0]
		if contact.Channel != channels.Push {
			continue
		}
		if c.browser[i], err = readBrowser(contact.Address.Reveal()); err != nil {
			return fmt.Errorf("read a browser's keys: %w", err)
		}
	}
	c.vapid, err = signVAPID(origin)
	return err
}

func readBrowser(subscription string) (bareBrowser, error) {
	var wire struct {
		Endpoint string
		Keys     struct{ P256dh, Auth string }
	}
	if err := json.Unmarshal([]byte(subscription), &wire); err != nil {
		return bareBrowser{}, err
	}
	point, err := base64.RawURLEncoding.DecodeString(wire.Keys.P256dh)
	if err != nil {
		return bareBrowser{}, err
	}
	key, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return bareBrowser{}, err
	}
	auth, err := base64.RawURLEncoding.DecodeString(wire.Keys.Auth)
	return bareBrowser{wire.Endpoint, key, auth}, err
}

// signVAPID makes an Authorization for an origin (RFC 8292, 2 and 3).
func signVAPID(origin string) (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	public, err := key.PublicKey.Bytes()
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	claims := fmt.Sprintf(`{"aud":%q,"exp":%d,"sub":"mailto:it@police-demo.example"}`, origin, time.Now().Add(12*time.Hour).Unix())
	input := encode([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + encode([]byte(claims))
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return "", err
	}
	var raw [64]byte
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return "vapid t=" + input + "." + encode(raw[:]) + ", k=" + encode(public), nil
}

// seal encrypts for one browser with a fresh key pair (RFC 8291, 3; RFC 8188, 2).
func (to bareBrowser) seal(plaintext []byte) ([]byte, error) {
	sender, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	shared, err := sender.ECDH(to.key)
	if err != nil {
		return nil, err
	}
	public := sender.PublicKey().Bytes()
	keying, err := hkdf.Key(sha256.New, shared, to.auth, "WebPush: info\x00"+string(to.key.Bytes())+string(public), 32)
	if err != nil {
		return nil, err
	}
	body := make([]byte, 16, 16+4+1+len(public)+len(plaintext)+1+16)
	_, _ = rand.Read(body) // never fails, crypto/rand says
	key, err := hkdf.Key(sha256.New, keying, body[:16], "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, keying, body[:16], "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	body = binary.BigEndian.AppendUint32(body, 4096)
	body = append(append(body, byte(len(public))), public...)
	return aead.Seal(body, nonce, append(plaintext, 0x02), nil), nil
}
