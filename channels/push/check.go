package push

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"relais/channels"
)

// Check signs a token with each of our keys, and reads it as a push service
// does, with the public half that browsers were given (RFC 8292, 2). It calls
// nobody: a push service has no call that writes to no one.
func (c *Channel) Check(context.Context) error {
	for _, s := range c.keys {
		if err := s.check(); err != nil {
			return &channels.SendError{Class: channels.Retryable, Ours: true, Err: err}
		}
	}
	return nil
}

func (s *signer) check() error {
	jwt, err := s.sign("https://push.example", time.Unix(0, 0))
	if err != nil {
		return err
	}
	point, err := base64.RawURLEncoding.DecodeString(s.public)
	if err != nil {
		return fmt.Errorf("read the public key: %w", err)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return fmt.Errorf("read the public key: %w", err)
	}
	at := strings.LastIndexByte(jwt, '.')
	raw, err := base64.RawURLEncoding.DecodeString(jwt[at+1:])
	if err != nil {
		return fmt.Errorf("read the signature: %w", err)
	}
	digest := sha256.Sum256([]byte(jwt[:at]))
	if !ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])) {
		return errors.New("private and public key do not belong together")
	}
	return nil
}
