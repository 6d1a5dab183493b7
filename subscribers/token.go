package subscribers

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"relais/broker"
)

// Token lets a program of a zone do some things there, and nothing elsewhere. It
// is kept without its secret, so that who reads the rows can do nothing with them.
type Token struct {
	ID        TokenID
	Zone      broker.ZoneID
	Name      string // of the program, at most MaxTokenName characters; a zone has each once
	Scopes    []TokenScope
	Hash      TokenHash
	Made      time.Time
	By        string // who made it
	Expires   time.Time
	Used      time.Time // last, to the minute; zero: never
	Revoked   time.Time // zero: it was not
	RevokedBy string
}

// TokenID names a token.
type TokenID struct{ uuid.UUID }

// TokenHash is the SHA-256 of a token's secret. The secret is made by Relais and
// has 130 bits, so nothing slower is needed to keep it from being guessed.
type TokenHash [sha256.Size]byte

// MaxTokenName is how long a token's name may be, in characters; MaxTokenDays for
// how many days one may be good.
const (
	MaxTokenName = 40
	MaxTokenDays = 366
)

// ErrTokenName says that the zone has, or had, a token of this name: the journal
// names tokens, so a name never means another one.
var ErrTokenName = errors.New("the zone has had a token of this name")

// TokenScope is what a token lets a program do.
type TokenScope string

// The scopes. None decides for a partnership: a message goes on by a person's
// word (PLP.md, "Two levels"). None looks after people with posts, plans and tokens.
const (
	ScopeRead    TokenScope = "read"    // what was published, decided, owed, spent, and went wrong; nothing about single members
	ScopePublish TokenScope = "publish" // write for the partnerships of the zone
	ScopeFollow  TokenScope = "follow"  // answer an approver's question, close a case, acknowledge an incident
	ScopeMembers TokenScope = "members" // read and change when members and approvers want to be left alone
	ScopeOperate TokenScope = "operate" // read and replay what was given up
)

// TokenScopes lists every scope.
func TokenScopes() []TokenScope {
	return []TokenScope{ScopeRead, ScopePublish, ScopeFollow, ScopeMembers, ScopeOperate}
}

// rights is what a scope lets a program do.
func (s TokenScope) rights() []Right {
	switch s {
	case ScopeRead:
		return []Right{ReadMessages, ReadApprovals, ReadCases, ReadIncidents, ReadOfficers, ReadBudget, ReadDigests, ReadAbsences}
	case ScopePublish:
		return []Right{Publish}
	case ScopeFollow:
		return []Right{SpeakAsPolice, CloseCases, AckIncidents}
	case ScopeMembers:
		return []Right{ReadMembers, ChangeMembers, SetAbsences, SetOthersAway}
	case ScopeOperate:
		return []Right{ReadDead, Replay}
	}
	return nil
}

// Grants says whether a scope holds a right.
func (s TokenScope) Grants(do Right) bool { return slices.Contains(s.rights(), do) }

// Has says whether a token was made for a scope.
func (t Token) Has(scope TokenScope) bool { return slices.Contains(t.Scopes, scope) }

// May says whether a token lets a program do something there.
func (t Token) May(do Right, there Scope) bool {
	return t.Zone != "" && t.Zone == there.Zone && slices.ContainsFunc(t.Scopes, func(s TokenScope) bool { return s.Grants(do) })
}

// Good says whether a token still opens anything.
func (t Token) Good(now time.Time) bool { return t.Revoked.IsZero() && now.Before(t.Expires) }

// tokenMark begins every secret, so that scanners of published code find one
// that got there, and people know what they have before them.
const tokenMark = "relais_"

// NewToken makes a token and its secret, which is not kept. Of what is not good
// it says which: a *TokenError.
func NewToken(zone broker.ZoneID, name string, scopes []TokenScope, by string, now time.Time, days int) (Token, string, error) {
	name = strings.Join(strings.Fields(broker.Legible(name)), " ")
	switch {
	case name == "" || utf8.RuneCountInString(name) > MaxTokenName:
		return Token{}, "", &TokenError{"name"}
	case len(scopes) == 0 || slices.ContainsFunc(scopes, func(s TokenScope) bool { return s.rights() == nil }):
		return Token{}, "", &TokenError{"scopes"}
	case days < 1 || days > MaxTokenDays:
		return Token{}, "", &TokenError{"days"}
	}
	secret := tokenMark + rand.Text() // 130 bits
	hash, _ := HashToken(secret)
	one := Token{ID: TokenID{uuid.Must(uuid.NewV7())}, Zone: zone, Name: name, Hash: hash, Made: now, By: by, Expires: now.AddDate(0, 0, days)}
	for _, scope := range TokenScopes() {
		if slices.Contains(scopes, scope) {
			one.Scopes = append(one.Scopes, scope)
		}
	}
	return one, secret, nil
}

// TokenError names what is wrong with a token that is to be made: name, scopes or days.
type TokenError struct{ Field string }

func (e *TokenError) Error() string { return "the token's " + e.Field + " cannot be taken" }

// HashToken is what a secret is found by; false for what is no token's.
func HashToken(secret string) (TokenHash, bool) {
	return sha256.Sum256([]byte(secret)), strings.HasPrefix(secret, tokenMark)
}
