package subscribers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// KeyValidity is how long a member's key is good: somebody who opens the link
// after lunch, and not whoever finds it next week.
const KeyValidity = 24 * time.Hour

// ErrOldLink says that a link was good and is too old.
var ErrOldLink = errors.New("this link is too old")

const keyBytes = 16 + 4 + macBytes

// Key returns what the link to a member's page ends in that was sent to one of
// their own addresses. It shows and changes what a message's link does not,
// for that may have been passed on (decision 0057).
func (c Capabilities) Key(id MemberID, now time.Time) string {
	raw := binary.BigEndian.AppendUint32(append([]byte{}, id.UUID[:]...), minutes(now.Add(KeyValidity)))
	return base64.RawURLEncoding.EncodeToString(append(raw, c.keyMAC(raw)...))
}

// CheckKey returns whose key a token is: ErrForgedLink for what is none,
// ErrOldLink for one that has ended.
func (c Capabilities) CheckKey(token string, now time.Time) (MemberID, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != keyBytes || !hmac.Equal(raw[20:], c.keyMAC(raw[:20])) {
		return MemberID{}, ErrForgedLink
	}
	if minutes(now) >= binary.BigEndian.Uint32(raw[16:]) {
		return MemberID{}, ErrOldLink
	}
	var id MemberID
	copy(id.UUID[:], raw)
	return id, nil
}

// IsKey says whether a token has the form of a key.
func IsKey(token string) bool { return len(token) == base64.RawURLEncoding.EncodedLen(keyBytes) }

// minutes since 1970, until the year 10136.
func minutes(t time.Time) uint32 { return uint32(t.Unix() / 60) } //nolint:gosec // positive, and far below the limit

func (c Capabilities) keyMAC(of []byte) []byte {
	h := hmac.New(sha256.New, c.key)
	h.Write([]byte("member"))
	h.Write(of)
	return h.Sum(nil)[:macBytes]
}
