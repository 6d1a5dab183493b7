package email

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"

	"relais/channels"
)

// returnPaths gives each mail a return path of its own, "bounces+TOKEN@domain",
// and reads the delivery back out of it. The token is signed: nobody can say
// that somebody else's address does not work.
type returnPaths struct {
	local, domain string
	key           []byte
}

const (
	leastKey   = 16 // bytes
	macBytes   = 10 // 80 bits against guessing over the network
	tokenBytes = 16 + macBytes
	tokenChars = 42                  // of 26 bytes in base32
	maxLocal   = 64 - tokenChars - 1 // RFC 5321, 4.5.3.1.1
)

// errForeign is an address that is not one of ours.
var errForeign = errors.New("the address is not one of our return paths")

func newReturnPaths(b Bounces) returnPaths {
	local, domain, _ := strings.Cut(strings.ToLower(b.Address), "@")
	return returnPaths{local: local, domain: domain, key: []byte(b.Key.Reveal())}
}

// of returns where word of a delivery's fate comes back to. In lower case, for
// some servers do not keep the case.
func (r returnPaths) of(id channels.DeliveryID) string {
	token := strings.ToLower(tokenCoding().EncodeToString(append(id.UUID[:], r.mac(id)...)))
	return r.local + "+" + token + "@" + r.domain
}

// delivery returns which mail an address is the return path of. The bare
// address, to which complaints go, names none: ok, and the zero id.
func (r returnPaths) delivery(address string) (channels.DeliveryID, error) {
	var id channels.DeliveryID
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	if domain != r.domain {
		return id, errForeign
	}
	if local == r.local {
		return id, nil
	}
	token, ours := strings.CutPrefix(local, r.local+"+")
	raw, err := tokenCoding().DecodeString(strings.ToUpper(token))
	if !ours || err != nil || len(raw) != tokenBytes {
		return id, errForeign
	}
	copy(id.UUID[:], raw)
	if !hmac.Equal(raw[16:], r.mac(id)) {
		return channels.DeliveryID{}, errForeign
	}
	return id, nil
}

func (r returnPaths) mac(id channels.DeliveryID) []byte {
	h := hmac.New(sha256.New, r.key)
	h.Write([]byte("return path"))
	h.Write(id.UUID[:])
	return h.Sum(nil)[:macBytes]
}

func tokenCoding() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }
