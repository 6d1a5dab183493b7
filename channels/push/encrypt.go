package push

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Sizes of an encrypted message, in bytes.
const (
	saltLen    = 16
	headerLen  = saltLen + 4 + 1 + publicKeyLen // RFC 8188, 2.1
	tagLen     = 16
	recordSize = 4096 // RFC 8291, 4: one record; every push service takes 4096 bytes of body
	// maxPlaintext leaves room for header, tag and the delimiter (RFC 8291, 4).
	maxPlaintext = recordSize - headerLen - tagLen - 1
	lastRecord   = 0x02 // RFC 8188, 2: the delimiter of the last record
)

// agreement is what one message shares with a browser beside the browser's own
// secret: our public key of it, and what both keys come to (RFC 8291, 3.1). It is
// used once.
type agreement struct {
	public [publicKeyLen]byte
	shared []byte
}

// agreeFresh makes a key pair and agrees with a browser.
func agreeFresh(with *ecdh.PublicKey) (agreement, error) {
	sender, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return agreement{}, fmt.Errorf("make a key pair: %w", err)
	}
	return agree(sender, with)
}

func agree(sender *ecdh.PrivateKey, with *ecdh.PublicKey) (agreement, error) {
	shared, err := sender.ECDH(with)
	if err != nil {
		return agreement{}, fmt.Errorf("agree on a secret: %w", err)
	}
	return agreement{[publicKeyLen]byte(sender.PublicKey().Bytes()), shared}, nil
}

// seal encrypts plaintext for a browser with a new salt.
func seal(plaintext []byte, to Subscription, by agreement) ([]byte, error) {
	var salt [saltLen]byte
	_, _ = rand.Read(salt[:]) // never fails (crypto/rand)
	return encrypt(plaintext, to, by, salt)
}

// encrypt builds one aes128gcm message (RFC 8188) with the keys of RFC 8291.
// The same arguments give the same bytes.
func encrypt(plaintext []byte, to Subscription, by agreement, salt [saltLen]byte) ([]byte, error) {
	if len(plaintext) > maxPlaintext {
		return nil, fmt.Errorf("a payload of %d bytes is longer than %d", len(plaintext), maxPlaintext)
	}
	keying, err := keyingMaterial(to, by)
	if err != nil {
		return nil, err
	}
	aead, nonce, err := contentKey(keying, salt[:])
	if err != nil {
		return nil, err
	}

	body := make([]byte, 0, headerLen+len(plaintext)+1+tagLen)
	body = append(body, salt[:]...) // RFC 8188, 2.1: salt, record size, key id
	body = binary.BigEndian.AppendUint32(body, recordSize)
	body = append(body, publicKeyLen)
	body = append(body, by.public[:]...) // RFC 8291, 4: the key id is our public key
	body = append(body, plaintext...)
	body = append(body, lastRecord)
	return aead.Seal(body[:headerLen], nonce, body[headerLen:], nil), nil // in place
}

// keyingMaterial is the secret that only the browser and this message share
// (RFC 8291, 3.3 and 3.4).
func keyingMaterial(to Subscription, by agreement) ([]byte, error) {
	info := "WebPush: info\x00" + string(to.key.Bytes()) + string(by.public[:])
	keying, err := hkdf.Key(sha256.New, by.shared, to.auth, info, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive the keying material: %w", err)
	}
	return keying, nil
}

// contentKey derives cipher and nonce of the first record (RFC 8188, 2.2 and 2.3).
func contentKey(keying, salt []byte) (cipher.AEAD, []byte, error) {
	prk, err := hkdf.Extract(sha256.New, keying, salt)
	if err != nil {
		return nil, nil, fmt.Errorf("extract the content key: %w", err)
	}
	key, err := hkdf.Expand(sha256.New, prk, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, nil, fmt.Errorf("derive the content key: %w", err)
	}
	nonce, err := hkdf.Expand(sha256.New, prk, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, nil, fmt.Errorf("derive the nonce: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, fmt.Errorf("make the cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, fmt.Errorf("make the cipher: %w", err)
	}
	return aead, nonce, nil
}
