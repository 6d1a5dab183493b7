package email

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/emersion/go-msgauth/dkim"

	"relais/channels"
)

// DKIM says with which key mails are signed (RFC 6376), so that the members'
// providers can tell them from forgeries. Empty: mails are not signed here.
type DKIM struct {
	Domain   string          `yaml:"domain" env:"DOMAIN"`     // the domain that answers for the mails: that of From, or one above it
	Selector string          `yaml:"selector" env:"SELECTOR"` // the name under which the public key stands in the DNS
	Key      channels.Secret `yaml:"key" env:"KEY"`           // the private key, PEM
	File     string          `yaml:"file" env:"FILE"`         // or the file that holds it
}

// KeyType is the kind of a DKIM key.
type KeyType string

// The key types of RFC 6376 and RFC 8463. Every provider checks RSA; several
// of the big ones do not check Ed25519 yet.
const (
	RSA     KeyType = "rsa"
	Ed25519 KeyType = "ed25519"
)

const (
	newRSABits   = 2048 // as RFC 8301, 3.2, advises
	leastRSABits = 1024 // below it nobody believes a signature (RFC 8301, 3.2)
)

var selectorForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$`)

func (d DKIM) off() bool { return d == DKIM{} }

// check names the first fault. from is the address that mails come from.
func (d DKIM) check(from string) error {
	switch {
	case d.off():
		return nil
	case !selectorForm.MatchString(d.Domain):
		return errors.New("dkim.domain is not a domain; write that of from, as zone.example")
	case !selectorForm.MatchString(d.Selector):
		return errors.New("dkim.selector is not a name; write the one under which the key stands in the DNS, as relais1")
	case d.Key.IsZero() == (d.File == ""):
		return errors.New("dkim.key and dkim.file must be one of the two; relais email dkim makes a key")
	}
	_, domain, _ := strings.Cut(strings.ToLower(from), "@")
	signed := strings.ToLower(d.Domain)
	if plainAddress(from) && domain != signed && !strings.HasSuffix(domain, "."+signed) {
		// RFC 7489, 3.1.1: otherwise the signature says nothing about the sender that members see.
		return errors.New("dkim.domain is not the domain of from; take that one, or one above it")
	}
	_, err := d.signer()
	return err
}

// signer reads the private key.
func (d DKIM) signer() (crypto.Signer, error) {
	name, data := "dkim.key", []byte(d.Key.Reveal())
	if d.File != "" {
		read, err := os.ReadFile(d.File)
		if err != nil {
			return nil, errors.New("dkim.file cannot be read; name a file that this user may read")
		}
		name, data = "dkim.file", read
	}
	key, err := parseKey(data)
	if err != nil {
		return nil, fmt.Errorf("%s %w; relais email dkim makes one", name, err)
	}
	return key, nil
}

// parseKey reads PKCS #8 or PKCS #1. Its errors hold nothing of the key.
func parseKey(data []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(bytes.TrimSpace(data))
	if block == nil {
		return nil, errors.New("is not a private key in PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, errors.New("is not a private key in PEM")
		}
	}
	switch key := parsed.(type) {
	case ed25519.PrivateKey:
		return key, nil
	case *rsa.PrivateKey:
		if key.N.BitLen() >= leastRSABits {
			return key, nil
		}
	}
	return nil, errors.New("is neither Ed25519 nor RSA of 1024 bits or more")
}

// NewDKIMKey makes a private key in PEM, and the text of the DNS record that
// publishes its other half (RFC 6376, 3.6.1).
func NewDKIMKey(kind KeyType) (key []byte, record string, err error) {
	var private crypto.Signer
	switch kind {
	case RSA:
		private, err = rsa.GenerateKey(rand.Reader, newRSABits)
	case Ed25519:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		err = errors.New("the type is neither rsa nor ed25519")
	}
	if err != nil {
		return nil, "", fmt.Errorf("make DKIM key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, "", fmt.Errorf("write DKIM key: %w", err)
	}
	record, err = recordOf(private.Public())
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), record, err
}

// DKIMRecord returns the DNS record of a private key in PEM.
func DKIMRecord(key []byte) (string, error) {
	private, err := parseKey(key)
	if err != nil {
		return "", fmt.Errorf("the DKIM key %w", err)
	}
	return recordOf(private.Public())
}

func recordOf(public crypto.PublicKey) (string, error) {
	if key, ok := public.(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key), nil // RFC 8463, 4
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("write public key: %w", err)
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der), nil
}

// signer signs mails. Nil signs nothing.
type signer struct{ options dkim.SignOptions }

func newSigner(d DKIM) (*signer, error) {
	if d.off() {
		return nil, nil
	}
	key, err := d.signer()
	if err != nil {
		return nil, err
	}
	return &signer{dkim.SignOptions{
		Domain: d.Domain, Selector: d.Selector, Signer: key,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization:   dkim.CanonicalizationRelaxed,
		HeaderKeys:             signedFields(),
	}}, nil
}

// signedFields are those that say who wrote what to whom (RFC 6376, 5.4.1), and
// those of leaving, which a provider only believes when they are signed (RFC
// 8058, 4). From, To and Subject stand twice, so that a second one breaks the
// signature (RFC 6376, 8.15).
func signedFields() []string {
	return []string{
		"From", "From", "To", "To", "Subject", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References",
		"MIME-Version", "Content-Type", "Content-Language", "Auto-Submitted",
		"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
	}
}

// sign returns the field that goes before the mail.
func (s *signer) sign(m message) ([]byte, error) {
	var whole bytes.Buffer
	whole.Grow(m.mail.size)
	for piece := range m.pieces() {
		whole.Write(piece)
	}
	signing, err := dkim.NewSigner(&s.options)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	_, err = signing.Write(whole.Bytes())
	if err = errors.Join(err, signing.Close()); err != nil {
		return nil, errors.New("the mail cannot be signed")
	}
	return []byte(signing.Signature()), nil
}
