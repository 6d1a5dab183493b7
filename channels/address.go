package channels

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
)

// Address is where a channel reaches somebody: a phone number in E.164, an
// email address in lower case, a push subscription as the browser's JSON. It
// does not print itself (PLP.md, rule 12): Reveal is the only way to its value.
type Address struct{ value string }

// NewAddress wraps a value that its channel has normalised.
func NewAddress(value string) Address { return Address{value} }

// Reveal returns the value, for the call to the provider and for the row it is kept in.
func (a Address) Reveal() string { return a.value }

// IsZero says whether there is no address.
func (a Address) IsZero() bool { return a.value == "" }

// Format writes a placeholder for every verb, %v and %#v included.
func (Address) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[address]") }

// LogValue keeps the address out of structured logs.
func (Address) LogValue() slog.Value { return slog.StringValue("[address]") }

// MarshalJSON refuses, so that no answer or event holds an address by accident.
func (Address) MarshalJSON() ([]byte, error) {
	return nil, fmt.Errorf("an address is never written as JSON")
}

// AddressHash stands for an address where only equality matters. It is the
// first half of a SHA-256 over channel and value.
type AddressHash [16]byte

// Hash returns the address's hash on a channel.
func (a Address) Hash(on Name) AddressHash {
	sum := sha256.Sum256([]byte(string(on) + "\x00" + a.value))
	return AddressHash(sum[:16])
}

func (h AddressHash) String() string { return hex.EncodeToString(h[:]) }
