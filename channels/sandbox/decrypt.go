package sandbox

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// decrypt opens a push message as the browser would. Written against the RFCs
// on its own, not with the sender's code, so that a mistake there is found.
func (sub *subscription) decrypt(body []byte) ([]byte, error) {
	salt, recordSize, keyID, sealed, err := splitHeader(body)
	if err != nil {
		return nil, err
	}
	if len(sealed) > int(recordSize) {
		return nil, errors.New("a push message is one record (RFC 8291, 4), this is more")
	}
	key, nonce, err := sub.contentKey(salt, keyID)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("content encryption key: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("content encryption key: %w", err)
	}
	padded, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, errors.New("the ciphertext was not made for this subscription")
	}
	return unpad(padded)
}

// splitHeader reads the header of aes128gcm: salt, record size, key id (RFC 8188, 2.1).
func splitHeader(body []byte) (salt []byte, recordSize uint32, keyID, sealed []byte, err error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return nil, 0, nil, nil, errors.New("shorter than its aes128gcm header")
	}
	end := 21 + int(body[20])
	recordSize = binary.BigEndian.Uint32(body[16:20])
	if recordSize < 18 {
		return nil, 0, nil, nil, errors.New("the record size is below 18 (RFC 8188, 2.1)")
	}
	return body[:16], recordSize, body[21:end], body[end:], nil
}

// contentKey derives the key and nonce of the only record (RFC 8291, 3.4).
func (sub *subscription) contentKey(salt, sender []byte) (key, nonce []byte, err error) {
	senderKey, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, nil, errors.New("the key id is not a P-256 public key (RFC 8291, 4)")
	}
	shared, err := sub.private.ECDH(senderKey)
	if err != nil {
		return nil, nil, fmt.Errorf("agree on a secret: %w", err)
	}
	info := "WebPush: info\x00" + string(sub.private.PublicKey().Bytes()) + string(sender)
	ikm, err := hkdf.Key(sha256.New, shared, sub.auth[:], info, 32)
	if err != nil {
		return nil, nil, fmt.Errorf("derive the input keying material: %w", err)
	}
	key, err = hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, nil, fmt.Errorf("derive the content encryption key: %w", err)
	}
	nonce, err = hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, nil, fmt.Errorf("derive the nonce: %w", err)
	}
	return key, nonce, nil
}

// unpad removes the delimiter of the last record and the zeros after it (RFC 8188, 2).
func unpad(padded []byte) ([]byte, error) {
	text := bytes.TrimRight(padded, "\x00")
	if len(text) == 0 || text[len(text)-1] != 2 {
		return nil, errors.New("the last record does not end in its delimiter (RFC 8188, 2)")
	}
	return text[:len(text)-1], nil
}
