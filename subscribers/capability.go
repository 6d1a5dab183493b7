package subscribers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"sync"

	"relais/channels"
)

// Capability is what the holder of a link may do.
type Capability string

// The pages that need no sign-in.
const (
	CanDecide Capability = "decide" // an approver: read and decide
	CanOpen   Capability = "open"   // a recipient: read the message as a page
	CanLeave  Capability = "leave"  // a recipient: stop (RFC 8058)

	CanJoin Capability = "join" // whoever typed an application: confirm its addresses

	CanBeInvited Capability = "invite" // whoever was passed an invitation: join

	CanPreview Capability = "preview" // a coordinator: read an infoflash before it leaves, and hold it
)

// Capabilities signs and checks the tokens of links. A token names a delivery
// and is short, for it stands in an SMS: 26 bytes, 35 characters.
type Capabilities struct {
	key    []byte
	hashes *sync.Pool // of hash.Hash under the key: making one takes half the time of a token
}

// NewCapabilities takes the secret key of this installation, 32 bytes.
func NewCapabilities(key []byte) (Capabilities, error) {
	if len(key) != 32 {
		return Capabilities{}, errors.New("the link key must have 32 bytes")
	}
	return Capabilities{key, &sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}, nil
}

const macBytes = 10 // 80 bits against guessing over the network

// Token returns what a link for one capability on one delivery ends in.
func (c Capabilities) Token(may Capability, id channels.DeliveryID) string {
	return base64.RawURLEncoding.EncodeToString(append(id.UUID[:], c.mac(may, id)...))
}

// ErrForgedLink says that a token was not made here, or was cut or changed on its way.
var ErrForgedLink = errors.New("this link is incomplete or was not made by this service")

// Check returns the delivery that a token names.
func (c Capabilities) Check(may Capability, token string) (channels.DeliveryID, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 16+macBytes {
		return channels.DeliveryID{}, ErrForgedLink
	}
	var id channels.DeliveryID
	copy(id.UUID[:], raw)
	if !hmac.Equal(raw[16:], c.mac(may, id)) {
		return channels.DeliveryID{}, ErrForgedLink
	}
	return id, nil
}

func (c Capabilities) mac(may Capability, id channels.DeliveryID) []byte {
	h := c.hashes.Get().(hash.Hash)
	defer c.hashes.Put(h)
	h.Reset()
	h.Write([]byte(may))
	h.Write(id.UUID[:])
	return h.Sum(nil)[:macBytes]
}
