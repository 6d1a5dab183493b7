package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// Tokens knows which programs may do something in one zone.
type Tokens interface {
	// TokenOf returns the one with this hash, good or not, or subscribers.ErrNotFound.
	TokenOf(ctx context.Context, hash subscribers.TokenHash) (subscribers.Token, error)
	// NoteTokenUse writes when one was used last.
	NoteTokenUse(ctx context.Context, id subscribers.TokenID, at time.Time) error
	// Tokens returns those of a zone, the newest first.
	Tokens(ctx context.Context, zone broker.ZoneID) ([]subscribers.Token, error)
	// AddToken writes one, or returns subscribers.ErrTokenName.
	AddToken(ctx context.Context, one subscribers.Token) error
	// RevokeToken ends one of a zone, or returns subscribers.ErrNotFound.
	RevokeToken(ctx context.Context, zone broker.ZoneID, id subscribers.TokenID, by string, at time.Time) error
}

// usedEvery is how exactly the last use of a token is kept: a program that asks
// every second must not write every second.
const usedEvery = time.Minute

func (c caller) byToken() bool { return c.token.ID != subscribers.TokenID{} }

// showsToken says whether a request is to be judged by the token that it brings.
// An open Relais without one lets programs in as it does people.
func (s *server) showsToken(r *http.Request) bool {
	if r.Header.Get("Authorization") == "" {
		return false
	}
	_, ours := subscribers.HashToken(presentedToken(r))
	return ours || !s.options.Open || !s.options.APIToken.IsZero()
}

// program finds out which one makes a request, or returns the status with which
// it is refused.
func (s *server) program(r *http.Request) (caller, int, error) {
	secret := presentedToken(r)
	if !s.options.APIToken.IsZero() && sameSecret(secret, s.options.APIToken.Reveal()) {
		return caller{everything: true}, 0, nil
	}
	token, err := s.tokenOf(r.Context(), secret)
	switch {
	case err != nil && !errors.Is(err, subscribers.ErrNotFound):
		return caller{}, 0, fmt.Errorf("find the token: %w", err)
	case err == nil && token.Good(s.Now()):
		s.noteUse(r, token)
		return caller{token: token}, 0, nil
	case !s.unknown.allows(visitor(r), s.Now()):
		return caller{}, http.StatusTooManyRequests, nil
	}
	return caller{}, http.StatusUnauthorized, nil
}

func (s *server) tokenOf(ctx context.Context, secret string) (subscribers.Token, error) {
	hash, ours := subscribers.HashToken(secret)
	if !ours {
		return subscribers.Token{}, subscribers.ErrNotFound
	}
	return s.Tokens.TokenOf(ctx, hash)
}

// noteUse keeps when a token was used last. What cannot be written does not keep
// the program out: on a full disk it still reads.
func (s *server) noteUse(r *http.Request, token subscribers.Token) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.Log.InfoContext(r.Context(), "token used", "route", r.Pattern, "token", token.ID, "zone", token.Zone)
	}
	now := s.Now()
	if now.Sub(token.Used) < usedEvery {
		return
	}
	if err := s.Tokens.NoteTokenUse(r.Context(), token.ID, now); err != nil {
		s.Log.WarnContext(r.Context(), "the use of a token was not noted", "token", token.ID, "err", err)
	}
}

// challenge says how to show who one is (RFC 6750, 3), and what is wrong with the
// token that came. Basic is for browsers, which ask for its password.
func challenge(w http.ResponseWriter, r *http.Request) {
	bearer := `Bearer realm="Relais"`
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Authorization")), "bearer ") {
		bearer += `, error="invalid_token", error_description="The token is unknown, expired or revoked"`
	}
	w.Header().Set("WWW-Authenticate", bearer)
	w.Header().Add("WWW-Authenticate", `Basic realm="Relais", charset="UTF-8"`)
}

// refuseScope answers a program whose token was not made for this (RFC 6750, 3.1).
func (s *server) refuseScope(w http.ResponseWriter, r *http.Request, row route, scope subscribers.TokenScope) {
	header := `Bearer realm="Relais", error="insufficient_scope"`
	sentence := "This is for people who sign in: no token of a zone opens it."
	if scope != peopleOnly {
		header += `, scope="` + string(scope) + `"`
		sentence = "This needs a token with the scope " + string(scope) + "."
	}
	w.Header().Set("WWW-Authenticate", header)
	if row.door == doorAPI {
		writeJSON(w, http.StatusForbidden, problem{Error: sentence})
		return
	}
	s.refuseRight(w, r, row.door)
}

// challengeScope does so for a program that reaches beyond its zone.
func challengeScope(w http.ResponseWriter, r *http.Request) {
	if callerOf(r.Context()).byToken() && w.Header().Get("WWW-Authenticate") == "" {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Relais", error="insufficient_scope"`)
	}
}

// byline is who wrote a message, and the token by which a program published it.
func (v view) byline(m broker.Message) string {
	if m.Via == "" {
		return m.Author
	}
	return v.T("message.via", "author", m.Author, "token", m.Via)
}
