package push

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"relais/channels"
)

// A subscription is bound to the key that its browser was given: a push
// service refuses any other (RFC 8292, 4.2). So the key can be changed only
// while the one before it still signs for the subscriptions made with it. Each
// kept subscription names its key; as browsers come back they subscribe with
// the new one.

// KeyID is what a subscription names its key by: eight characters that stand
// for the public key.
type KeyID string

const keyIDLen = 8

func keyID(public string) KeyID {
	sum := sha256.Sum256([]byte(public))
	return KeyID(base64.RawURLEncoding.EncodeToString(sum[:6]))
}

// PublicKey returns the public half of a private key, as browsers subscribe
// with it, and the name that subscriptions have for it.
func PublicKey(private channels.Secret) (public string, id KeyID, err error) {
	s, err := newSigner(private, "")
	if err != nil {
		return "", "", fmt.Errorf("the key %w", err)
	}
	return s.public, s.id, nil
}

// KeyOf returns the name of the key that a kept subscription is bound to; empty
// if nobody knows.
func KeyOf(a channels.Address) KeyID {
	w, err := decodeWire([]byte(a.Reveal()))
	if err != nil {
		return ""
	}
	return w.KeyID
}

// keys are those that we sign with: the current one, and for as long as
// subscriptions made with it are left, the one before.
type keys []*signer

func newKeys(cfg Config) (keys, error) {
	current, err := newSigner(cfg.VAPIDPrivateKey, cfg.Subject)
	if err != nil {
		return nil, fmt.Errorf("vapid_private_key %w", err)
	}
	if cfg.VAPIDPreviousKey.IsZero() {
		return keys{current}, nil
	}
	previous, err := newSigner(cfg.VAPIDPreviousKey, cfg.Subject)
	if err != nil {
		return nil, fmt.Errorf("vapid_previous_key %w", err)
	}
	return keys{current, previous}, nil
}

// errLostKey is why nobody can write to a browser any more.
var errLostKey = errors.New("the browser subscribed with a key that is not configured any more")

// signerOf returns the key of a subscription. One that names none came from a
// list, and nobody knows: the attempts take turns, for a push service refuses
// the wrong key and takes nothing. guess says that the next attempt has another.
func (k keys) signerOf(s Subscription, attempt int) (with *signer, guess bool, err error) {
	if s.keyID == "" {
		return k[max(attempt-1, 0)%len(k)], attempt < len(k), nil
	}
	for _, signer := range k {
		if signer.id == s.keyID {
			return signer, false, nil
		}
	}
	return nil, false, errLostKey
}

// idOf returns the name of a public key of ours, as a browser says it.
func (k keys) idOf(public string) (KeyID, bool) {
	for _, signer := range k {
		if signer.public == public {
			return signer.id, true
		}
	}
	return "", false
}
