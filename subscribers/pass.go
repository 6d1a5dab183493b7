package subscribers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"

	"relais/channels"
)

// Pass lets one person sign in once: by a code that they type, or by a link. It
// is kept without its secret, so that who reads the rows cannot sign in.
type Pass struct {
	ID      uuid.UUID
	Kind    PassKind
	Account MemberID             // zero: nobody has the address; it is counted all the same
	Address channels.AddressHash // to which it was sent
	MAC     []byte
	Made    time.Time
	Expires time.Time
	Tries   int       // wrong codes typed while it was open
	Used    time.Time // zero: not yet
}

// PassKind is how a pass is used.
type PassKind string

// The kinds of pass.
const (
	PassCode PassKind = "code" // eight digits, typed where they were asked for
	PassLink PassKind = "link" // an invitation

	PassConfirm PassKind = "confirm" // shows that an address is the applicant's; Account is the application
	PassRenew   PassKind = "renew"   // opens a member's own page
)

// How long passes are good, and how many wrong codes one endures.
const (
	CodeValidity = 10 * time.Minute
	LinkValidity = 7 * 24 * time.Hour
	MaxTries     = 5

	RenewalValidity = time.Hour // an SMS that waits for a telephone to be switched on
)

// How many codes one address may ask for, known or not. At five tries each that
// is a hundred guesses a day at eight digits, of which a few are right at once.
const (
	CodesAnHour = 5
	CodesADay   = 20
)

// ErrTooManyCodes says that an address has asked for as many codes as it may.
var ErrTooManyCodes = errors.New("too many codes were asked for by this address")

// Passes makes and checks passes.
type Passes struct{ key []byte }

// NewPasses takes the secret key of this installation, 32 bytes.
func NewPasses(key []byte) (Passes, error) {
	if len(key) != 32 {
		return Passes{}, errors.New("the key of passes must have 32 bytes")
	}
	return Passes{key}, nil
}

const passDigits = 8

// Code makes a pass and the code that opens it, eight digits.
func (p Passes) Code(account MemberID, to channels.AddressHash, now time.Time) (Pass, string, error) {
	return p.coded(PassCode, account, to, now, CodeValidity)
}

func (p Passes) coded(kind PassKind, account MemberID, to channels.AddressHash, now time.Time, validity time.Duration) (Pass, string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1e8))
	if err != nil {
		return Pass{}, "", fmt.Errorf("make code: %w", err)
	}
	code := fmt.Sprintf("%0*d", passDigits, n)
	return p.seal(kind, account, to, code, now, validity), code, nil
}

// Confirmation makes a pass of an application, and the code that opens it: typed
// where it was asked for, or in a link together with the pass's id.
func (p Passes) Confirmation(application ApplicationID, to channels.AddressHash, now time.Time, validity time.Duration) (Pass, string, error) {
	return p.coded(PassConfirm, MemberID(application), to, now, validity)
}

// Renewal makes a pass that opens a member's own page.
func (p Passes) Renewal(member MemberID, to channels.AddressHash, now time.Time) (Pass, string, error) {
	return p.coded(PassRenew, member, to, now, RenewalValidity)
}

// ConfirmLink is what the address of a confirmation's page ends in; ReadLink
// takes it apart.
func ConfirmLink(pass Pass, code string) string {
	return base64.RawURLEncoding.EncodeToString(append(pass.ID[:], code...))
}

// Link makes a pass and what the address of its page ends in.
func (p Passes) Link(account MemberID, to channels.AddressHash, now time.Time) (Pass, string) {
	secret := rand.Text() // 130 bits
	pass := p.seal(PassLink, account, to, secret, now, LinkValidity)
	return pass, base64.RawURLEncoding.EncodeToString(append(pass.ID[:], secret...))
}

// NobodysRenewal is Nobody of those who ask for the link to their page.
func (p Passes) NobodysRenewal(to channels.AddressHash, now time.Time) Pass {
	return p.seal(PassRenew, MemberID{}, to, rand.Text(), now, RenewalValidity)
}

// Nobody makes the pass of an address that nobody has: no code opens it.
func (p Passes) Nobody(to channels.AddressHash, now time.Time) Pass {
	return p.seal(PassCode, MemberID{}, to, rand.Text(), now, CodeValidity)
}

func (p Passes) seal(kind PassKind, account MemberID, to channels.AddressHash, secret string, now time.Time, validity time.Duration) Pass {
	pass := Pass{ID: uuid.Must(uuid.NewV7()), Kind: kind, Account: account, Address: to, Made: now, Expires: now.Add(validity)}
	pass.MAC = p.mac(pass, secret)
	return pass
}

// mac binds a secret to its pass, so that a row that is copied opens nothing.
func (p Passes) mac(pass Pass, secret string) []byte {
	h := hmac.New(sha256.New, p.key)
	h.Write([]byte(pass.Kind))
	h.Write(pass.ID[:])
	h.Write(pass.Account.UUID[:])
	h.Write([]byte(secret))
	return h.Sum(nil)
}

// Fits says whether a secret opens a pass.
func (p Passes) Fits(pass Pass, secret string) bool { return hmac.Equal(pass.MAC, p.mac(pass, secret)) }

// Typed cleans a code as people type it: with blanks, dots or hyphens in between.
func Typed(code string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
}

// ReadLink returns what a link names, and its secret; ErrForgedLink for what was
// not made here.
func ReadLink(token string) (uuid.UUID, string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= 16 {
		return uuid.UUID{}, "", ErrForgedLink
	}
	return uuid.UUID(raw[:16]), string(raw[16:]), nil
}

// PassFault is why a pass does not let somebody in.
type PassFault string

// What can be wrong with a pass.
const (
	PassWrong   PassFault = "wrong"   // no pass has this secret
	PassExpired PassFault = "expired" // it was good, and is too old
	PassUsed    PassFault = "used"    // somebody has signed in with it
	PassWorn    PassFault = "worn"    // too many wrong codes were typed
)

// PassError says why a pass does not let somebody in.
type PassError struct{ Why PassFault }

func (e *PassError) Error() string { return "this pass is " + string(e.Why) }

// Judge returns the pass of those of one address that a secret opens, or a
// *PassError.
func (p Passes) Judge(of []Pass, secret string, now time.Time) (Pass, error) {
	worn := false
	for _, pass := range of {
		switch {
		case !p.Fits(pass, secret):
			worn = worn || pass.open(now) && pass.Tries >= MaxTries
		case !pass.Used.IsZero():
			return Pass{}, &PassError{PassUsed}
		case !now.Before(pass.Expires):
			return Pass{}, &PassError{PassExpired}
		case pass.Tries >= MaxTries:
			return Pass{}, &PassError{PassWorn}
		default:
			return pass, nil
		}
	}
	if worn {
		return Pass{}, &PassError{PassWorn}
	}
	return Pass{}, &PassError{PassWrong}
}

func (pass Pass) open(now time.Time) bool { return pass.Used.IsZero() && now.Before(pass.Expires) }
