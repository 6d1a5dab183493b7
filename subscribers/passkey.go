package subscribers

import (
	"errors"
	"time"

	"github.com/google/uuid"
)

// Passkey is what a device of somebody signs with, to say that it is theirs. Its
// secret never leaves the device; what is kept here opens nothing.
type Passkey struct {
	ID      uuid.UUID
	Account MemberID
	Key     []byte // the credential's id, as the device names it
	Name    string // what its owner calls it, at most MaxPasskeyName characters
	Record  string // the credential as the WebAuthn library keeps it, JSON
	Made    time.Time
	Used    time.Time // last; zero: never
	Doubted time.Time // when its counter ran backwards: it may have been copied, and opens nothing; zero: never
}

// How many passkeys one person may have, how long the name of one may be in
// characters, and for how long a challenge waits for its answer.
const (
	MaxPasskeys       = 10
	MaxPasskeyName    = 40
	ChallengeValidity = 5 * time.Minute
)

// ErrPasskeyTaken says that somebody has this passkey already, or as many as they may.
var ErrPasskeyTaken = errors.New("this passkey is known already, or its owner has as many as they may")

// Challenge is what a device is asked to sign. It is answered once.
type Challenge struct {
	ID      uuid.UUID
	Record  string // what the WebAuthn library must remember of it, JSON
	Expires time.Time
}
