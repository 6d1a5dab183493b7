package subscribers

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"github.com/google/uuid"
)

// codeDigits is the length of a code.
const codeDigits = 4

// Code is the number by which an approver names this approval in a text
// message: four digits, none of them lost in front. It follows from the id, so
// that every node and every question says the same. Of two approvals that have
// the same one, neither is decided by it.
func (id ApprovalID) Code() string { return codeOf(id.UUID) }

// Code is the number that tells a form from others which its reader was asked about.
func (id ApplicationID) Code() string { return codeOf(id.UUID) }

func codeOf(id uuid.UUID) string {
	sum := sha256.Sum256(id[:])
	const first, last = 1000, 9999
	return strconv.FormatUint(first+binary.BigEndian.Uint64(sum[:8])%(last-first+1), 10)
}
