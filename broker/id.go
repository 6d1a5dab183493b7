package broker

import (
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
)

// MessageID names one publication of the police, a UUIDv7 (RFC 9562, 5.7).
// All revisions of a message share it.
type MessageID struct{ uuid.UUID }

// ZoneID names a police zone in lower case letters, digits and hyphens
// ("demo", "5277"). It is one token of a Subject.
type ZoneID string

// PartnershipID names a partnership in lower case letters, digits and hyphens.
type PartnershipID string

// NewMessageID makes a fresh id that sorts by time.
func NewMessageID() MessageID { return MessageID{uuid.Must(uuid.NewV7())} }

// ParseMessageID reads the usual 36-character form.
func ParseMessageID(s string) (MessageID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return MessageID{}, fmt.Errorf("%q is not a message id: give the UUID that publish printed", s)
	}
	return MessageID{id}, nil
}

// DeriveID makes the UUID of something that follows from base: the same base
// and parts always give the same id, so that a step that runs twice writes the
// same rows. It keeps the time of base in its first 48 bits and the version
// and variant of a UUIDv7; the rest is a hash instead of random bits
// (RFC 9562, 5.7, leaves their source to the implementation).
func DeriveID(base uuid.UUID, parts ...string) uuid.UUID {
	h := sha256.New()
	h.Write(base[:])
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	var id uuid.UUID
	copy(id[:], h.Sum(nil))
	copy(id[:6], base[:6])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
