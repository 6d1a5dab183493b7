package web

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// device is a small authenticator: one P-256 key, and what it claims of itself.
// Each field can be turned into a lie.
type device struct {
	t        *testing.T
	key      *ecdsa.PrivateKey
	id       []byte
	handle   []byte // whose it is, as it was told
	origin   string
	rpID     string
	verified bool // its user showed a fingerprint or typed a PIN
	counter  uint32
}

const ourOrigin = "http://localhost:8080"

func newDevice(t *testing.T) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	return &device{t: t, key: key, id: id, origin: ourOrigin, rpID: "localhost", verified: true}
}

// asked is what a page hands to the browser.
type asked struct {
	PublicKey struct {
		Challenge        string
		RPID             string `json:"rpId"`
		UserVerification string
		User             struct{ ID, Name string }
		Attestation      string

		AuthenticatorSelection struct{ ResidentKey, UserVerification string }
	} `json:"publicKey"`
}

func (d *device) read(answer *httptest.ResponseRecorder) asked {
	d.t.Helper()
	var a asked
	if err := json.Unmarshal(answer.Body.Bytes(), &a); err != nil || answer.Code != http.StatusOK {
		d.t.Fatalf("asking: got %d, %v: %s", answer.Code, err, answer.Body)
	}
	return a
}

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func (d *device) clientData(kind, challenge string) []byte {
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

// said is the authenticator data (WebAuthn 3, 6.1).
func (d *device) said(flags byte) []byte {
	if d.verified {
		flags |= 4
	}
	d.counter++
	rp := sha256.Sum256([]byte(d.rpID))
	return binary.BigEndian.AppendUint32(append(rp[:], flags|1), d.counter)
}

// registers answers the question for a new passkey, without attestation.
func (d *device) registers(a asked) map[string]any {
	var err error
	if d.handle, err = base64.RawURLEncoding.DecodeString(a.PublicKey.User.ID); err != nil {
		d.t.Fatal(err)
	}
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		d.t.Fatal(err)
	}
	said := append(d.said(0x40), make([]byte, 16)...) // no model
	said = binary.BigEndian.AppendUint16(said, uint16(len(d.id)))
	said = append(said, d.id...)
	// COSE_Key (RFC 9053): kty EC2, alg ES256, crv P-256, x, y.
	said = append(said, 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20)
	said = append(said, point[1:33]...)
	said = append(append(said, 0x22, 0x58, 0x20), point[33:]...)
	object := bytes.Join([][]byte{{0xa3, 0x63}, []byte("fmt"), {0x64}, []byte("none"), {0x67}, []byte("attStmt"), {0xa0, 0x68}, []byte("authData"), {0x58, byte(len(said))}, said}, nil)
	return d.credential(map[string]string{"clientDataJSON": b64(d.clientData("webauthn.create", a.PublicKey.Challenge)), "attestationObject": b64(object)})
}

// signs answers the question who is there.
func (d *device) signs(a asked) map[string]any {
	client, said := d.clientData("webauthn.get", a.PublicKey.Challenge), d.said(0)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(bytes.Clone(said), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, digest[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.credential(map[string]string{"clientDataJSON": b64(client), "authenticatorData": b64(said), "signature": b64(signature), "userHandle": b64(d.handle)})
}

func (d *device) credential(response map[string]string) map[string]any {
	return map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}}
}
