package sandbox

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// subscription is what a browser keeps for itself: the private half of the keys.
type subscription struct {
	private *ecdh.PrivateKey
	auth    [16]byte // RFC 8291, 3.2
}

// subscriptionJSON is a PushSubscription as the browser's toJSON writes it
// (W3C Push API, 8).
type subscriptionJSON struct {
	Endpoint       string `json:"endpoint"`
	ExpirationTime *int   `json:"expirationTime"`
	Keys           struct {
		P256dh string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
}

// NewSubscription makes a browser that has subscribed to push messages here,
// and returns its PushSubscription as JSON. The sandbox keeps the private key
// until the process ends.
func (s *Sandbox) NewSubscription() (string, error) {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("make a subscription's key: %w", err)
	}
	sub := &subscription{private: private}
	var token [16]byte
	_, _ = rand.Read(sub.auth[:]) // never fails, crypto/rand says
	_, _ = rand.Read(token[:])
	name := base64.RawURLEncoding.EncodeToString(token[:])

	var out subscriptionJSON
	out.Endpoint = s.push.endpoint(name)
	out.Keys.P256dh = base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes())
	out.Keys.Auth = base64.RawURLEncoding.EncodeToString(sub.auth[:])
	data, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("write a subscription: %w", err)
	}
	s.push.keep(name, sub)
	return string(data), nil
}

// postSubscription makes one for a person at a terminal, as a list of members
// takes it: with https://, for a browser gives nothing else. The channel's
// base_url leads the calls here all the same.
func (s *Sandbox) postSubscription(w http.ResponseWriter, _ *http.Request) {
	made, err := s.NewSubscription()
	if err != nil {
		http.Error(w, "no subscription could be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	s.outbox.write(w, strings.Replace(made, s.base, "https://"+strings.TrimPrefix(s.base, "http://"), 1)+"\n")
}

// PushEndpoint returns the endpoint of a PushSubscription, which is how Item.To,
// Faults.Refuse, CopiesOf and Name know it.
func PushEndpoint(subscription string) (string, error) {
	var sub subscriptionJSON
	if err := json.NewDecoder(strings.NewReader(subscription)).Decode(&sub); err != nil {
		return "", fmt.Errorf("read a push subscription: not the JSON of a browser")
	}
	return sub.Endpoint, nil
}
