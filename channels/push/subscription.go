package push

import (
	"bytes"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"

	"relais/channels"
)

// The longest subscription and endpoint that are read, in bytes. Those of the
// known push services stay below 600.
const (
	maxSubscription = 4096
	maxEndpoint     = 2048
)

// Lengths of the two keys of a subscription (RFC 8291, 3.1 and 3.2), in bytes.
const (
	publicKeyLen = 65 // an uncompressed point on P-256
	authLen      = 16
)

// Subscription is where one browser receives, and the keys with which only it
// can read. It does not print itself.
type Subscription struct {
	endpoint *url.URL
	key      *ecdh.PublicKey
	auth     []byte
	keyID    KeyID // of the key of ours that the browser subscribed with; empty: nobody knows
}

// wire is a subscription as browsers write it (Push API, PushSubscription.toJSON),
// and as it is kept. What else they add, such as expirationTime, is of no use here.
type wire struct {
	Endpoint string `json:"endpoint"`
	Keys     struct {
		P256dh string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
	KeyID KeyID `json:"vapid,omitempty"` // ours: see keys.go
}

// ParseSubscription reads the JSON that a browser's PushSubscription gives. The
// error says in one sentence what is wrong, without any part of the
// subscription. Only https endpoints are taken; whether the host is a push
// service that we call, Channel.Subscription knows.
func ParseSubscription(data []byte) (Subscription, error) {
	return parseSubscription(data, false)
}

func parseSubscription(data []byte, insecure bool) (Subscription, error) {
	w, err := decodeWire(data)
	if err != nil {
		return Subscription{}, err
	}
	endpoint, err := parseEndpoint(w.Endpoint, insecure)
	if err != nil {
		return Subscription{}, err
	}
	point, err := decodeKey(w.Keys.P256dh, publicKeyLen)
	if err != nil {
		return Subscription{}, fmt.Errorf("keys.p256dh %w", err)
	}
	key, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return Subscription{}, errors.New("keys.p256dh is not a point on the curve P-256")
	}
	auth, err := decodeKey(w.Keys.Auth, authLen)
	if err != nil {
		return Subscription{}, fmt.Errorf("keys.auth %w", err)
	}
	if w.KeyID != "" && len(w.KeyID) != keyIDLen {
		return Subscription{}, errors.New("vapid is not the name of a key")
	}
	return Subscription{endpoint: endpoint, key: key, auth: auth, keyID: w.KeyID}, nil
}

// decodeWire drops the decoder's own errors, for they quote their input.
func decodeWire(data []byte) (wire, error) {
	if len(data) > maxSubscription {
		return wire{}, fmt.Errorf("the subscription is longer than %d bytes", maxSubscription)
	}
	var w wire
	if err := json.Unmarshal(data, &w); err == nil {
		return w, nil
	}
	w = wire{} // what is wrong, the slower decoder tells
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&w); err != nil {
		return wire{}, errors.New("the subscription is not the JSON of a PushSubscription")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return wire{}, errors.New("the subscription has more after its closing brace")
	}
	return w, nil
}

func parseEndpoint(text string, insecure bool) (*url.URL, error) {
	if text == "" {
		return nil, errors.New("endpoint is missing")
	}
	if len(text) > maxEndpoint {
		return nil, fmt.Errorf("endpoint is longer than %d bytes", maxEndpoint)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("endpoint is not a URL")
	case u.Scheme != "https" && (u.Scheme != "http" || !insecure):
		return nil, errors.New("endpoint does not begin with https://") // RFC 8030, 1
	case u.Hostname() == "":
		return nil, errors.New("endpoint names no host")
	case u.User != nil:
		return nil, errors.New("endpoint holds a user name")
	case u.Fragment != "":
		return nil, errors.New("endpoint holds a fragment")
	}
	return u, nil
}

// decodeKey reads base64url without padding, as the Push API writes it. The
// length of the text is checked first: the decoder skips line breaks.
func decodeKey(text string, length int) ([]byte, error) {
	if text == "" {
		return nil, errors.New("is missing")
	}
	if len(text) != base64.RawURLEncoding.EncodedLen(length) {
		return nil, fmt.Errorf("is not %d bytes in base64url without padding", length)
	}
	key, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(key) != length {
		return nil, errors.New("is not base64url without padding")
	}
	return key, nil
}

// Address returns the subscription in the one form in which it is kept, so that
// the same subscription always has the same hash.
func (s Subscription) Address() channels.Address {
	var w wire
	w.Endpoint = s.endpoint.String()
	w.Keys.P256dh = base64.RawURLEncoding.EncodeToString(s.key.Bytes())
	w.Keys.Auth = base64.RawURLEncoding.EncodeToString(s.auth)
	w.KeyID = s.keyID
	data, err := json.Marshal(w)
	if err != nil { // three strings always marshal
		panic(fmt.Sprintf("write a subscription as JSON: %v", err))
	}
	return channels.NewAddress(string(data))
}

// Format writes a placeholder for every verb, %v and %#v included.
func (Subscription) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[subscription]") }

// LogValue keeps the subscription out of structured logs.
func (Subscription) LogValue() slog.Value { return slog.StringValue("[subscription]") }
