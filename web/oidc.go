package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// OIDC says who else vouches for the people of a zone (OpenID Connect).
type OIDC struct {
	Issuer   string // empty: nobody else does
	ClientID string
	Secret   channels.Secret
	Zone     broker.ZoneID // whose people it vouches for, and nobody else's
	Name     string        // what people call it
}

// providerPatience bounds each call of the provider.
const providerPatience = 10 * time.Second

// sessionVoucher is the key under which a session keeps which question to the
// provider its browser is to bring an answer to.
const sessionVoucher = "voucher"

// provider is what the issuer says of itself, once it was reached: one that is down
// when Relais starts keeps nobody from signing in by code.
type provider struct {
	mu    sync.Mutex
	known *oidc.Provider
}

func (p *provider) reached(ctx context.Context, issuer string) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	known, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, fmt.Errorf("read what %s says of itself: %w", issuer, err)
	}
	p.known = known
	return known, nil
}

// Reach asks the provider what it says of itself. An error means that nobody can
// sign in by it now.
func (o OIDC) Reach(ctx context.Context) error {
	_, err := new(provider).reached(calling(ctx), o.Issuer)
	return err
}

// calling is the context in which the provider is called.
func calling(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: providerPatience})
}

func (s *server) oauth(p *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: s.options.OIDC.ClientID, ClientSecret: s.options.OIDC.Secret.Reveal(), Endpoint: p.Endpoint(),
		RedirectURL: s.options.PublicURL + "/signin/oidc/back", Scopes: []string{oidc.ScopeOpenID, "email"},
	}
}

// voucherQuestion is what must come back with the provider's answer.
type voucherQuestion struct {
	State    string `json:"state"`    // RFC 6749, 10.12
	Nonce    string `json:"nonce"`    // OpenID Connect Core, 3.1.2.1
	Verifier string `json:"verifier"` // RFC 7636
	Next     string `json:"next"`
}

// oidcPage leads to the provider. A form may send nobody to another site (our
// content policy), so the page does.
type oidcPage struct {
	view
	Name string
	To   string
}

// postOIDC sends a browser to the provider with a question of its own.
func (s *server) postOIDC(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	switch {
	case s.options.OIDC.Issuer == "":
		s.refuseToSignIn(w, r, http.StatusConflict, "oidc.down")
		return
	case !s.tries.allows(visitor(r), s.Now()):
		s.refuseToSignIn(w, r, http.StatusTooManyRequests, "oidc.slow")
		return
	}
	known, err := s.provider.reached(calling(r.Context()), s.options.OIDC.Issuer)
	if err != nil {
		s.failOIDC(w, r, "oidc.down", err)
		return
	}
	q := voucherQuestion{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: localPath(r.PostForm.Get("next"))}
	if err := s.poseVoucher(r.Context(), q); err != nil {
		s.failPage(w, r, "ask the provider", err)
		return
	}
	p := oidcPage{view: s.viewFor(r, ""), Name: s.options.OIDC.Name}
	p.Title = p.T("oidc.leads.title", "name", p.Name)
	p.To = s.oauth(known).AuthCodeURL(q.State, oidc.Nonce(q.Nonce), oauth2.S256ChallengeOption(q.Verifier), oauth2.SetAuthURLParam("ui_locales", string(p.Lang)))
	w.Header().Set("Refresh", "0; url="+p.To)
	s.show(w, r, http.StatusOK, "oidc", p)
}

func (s *server) poseVoucher(ctx context.Context, q voucherQuestion) error {
	record, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("encode question: %w", err)
	}
	one := subscribers.Challenge{ID: uuid.New(), Record: string(record), Expires: s.Now().Add(2 * subscribers.ChallengeValidity)} // people type a password there
	if err := s.Passkeys.AddChallenge(ctx, one, s.Now()); err != nil {
		return fmt.Errorf("write question: %w", err)
	}
	s.sessions.Put(ctx, sessionVoucher, one.ID.String())
	return nil
}

// posedVoucher returns what this browser was sent with, once.
func (s *server) posedVoucher(ctx context.Context, state string) (q voucherQuestion, err error) {
	id, err := uuid.Parse(s.sessions.PopString(ctx, sessionVoucher))
	if err != nil {
		return q, subscribers.ErrNotFound
	}
	one, err := s.Passkeys.TakeChallenge(ctx, id, s.Now())
	if err != nil {
		return q, fmt.Errorf("take question: %w", err)
	}
	if err := json.Unmarshal([]byte(one.Record), &q); err != nil {
		return q, fmt.Errorf("decode question: %w", err)
	}
	if !sameSecret(state, q.State) {
		return q, subscribers.ErrNotFound
	}
	return q, nil
}

// voucherError says why a provider's answer lets nobody in: a key of the catalogue.
type voucherError struct {
	key string
	err error
}

func (e *voucherError) Error() string { return e.key + ": " + e.err.Error() }
func (e *voucherError) Unwrap() error { return e.err }

// getOIDCBack signs in whom the provider vouches for. It is a GET because the
// provider sends the browser here (RFC 6749, 4.1.2); the state, used once, is the
// leave.
func (s *server) getOIDCBack(w http.ResponseWriter, r *http.Request) {
	if !s.tries.allows(visitor(r), s.Now()) {
		s.refuseToSignIn(w, r, http.StatusTooManyRequests, "oidc.slow")
		return
	}
	q, err := s.posedVoucher(r.Context(), r.URL.Query().Get("state"))
	if errors.Is(err, subscribers.ErrNotFound) {
		s.refuseToSignIn(w, r, http.StatusForbidden, "oidc.late")
		return
	}
	if err != nil {
		s.failPage(w, r, "read the provider's answer", err)
		return
	}
	account, err := s.vouchedFor(calling(r.Context()), r.URL.Query().Get("code"), q)
	var refused *voucherError
	switch {
	case errors.As(err, &refused):
		s.failOIDC(w, r, refused.key, refused.err)
	case err != nil:
		s.failPage(w, r, "sign in by the provider", err)
	default:
		s.enter(w, r, account.ID, false, q.Next)
	}
}

// vouchedFor returns who the provider's answer is about, or a *voucherError.
func (s *server) vouchedFor(ctx context.Context, code string, q voucherQuestion) (subscribers.Account, error) {
	if code == "" { // RFC 6749, 4.1.2.1: an error instead
		return subscribers.Account{}, &voucherError{"oidc.denied", errors.New("the provider sent no code")}
	}
	known, err := s.provider.reached(ctx, s.options.OIDC.Issuer)
	if err != nil {
		return subscribers.Account{}, &voucherError{"oidc.down", err}
	}
	tokens, err := s.oauth(known).Exchange(ctx, code, oauth2.VerifierOption(q.Verifier))
	if err != nil {
		return subscribers.Account{}, &voucherError{"oidc.refused", exchangeFault(err)}
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := known.Verifier(&oidc.Config{ClientID: s.options.OIDC.ClientID, Now: s.Now}).Verify(ctx, raw)
	if err != nil {
		return subscribers.Account{}, &voucherError{"oidc.refused", err}
	}
	if !sameSecret(token.Nonce, q.Nonce) { // OpenID Connect Core, 3.1.3.7, 11
		return subscribers.Account{}, &voucherError{"oidc.refused", errors.New("the nonce is another one")}
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
		IssuedTo string `json:"azp"`
	}
	if err := token.Claims(&claims); err != nil {
		return subscribers.Account{}, &voucherError{"oidc.refused", err}
	}
	// OpenID Connect Core, 3.1.3.7, 4 and 5: of several who may read a token, it
	// says to whom it was issued; go-oidc leaves that to us.
	if several := len(token.Audience) > 1; claims.IssuedTo != s.options.OIDC.ClientID && (several || claims.IssuedTo != "") {
		return subscribers.Account{}, &voucherError{"oidc.refused", errors.New("the token was issued to somebody else")}
	}
	if !claims.Verified {
		return subscribers.Account{}, &voucherError{"oidc.unverified", errors.New("the email address is not verified")}
	}
	return s.accountOf(ctx, claims.Email)
}

// exchangeFault keeps what the provider wrote out of the log: it may hold a token.
func exchangeFault(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Errorf("the provider refused the code: %s", strings.TrimSpace(refused.ErrorCode+" "+refused.Response.Status))
	}
	return err
}

// accountOf finds the one person of the provider's zone with this address. Nobody
// is put on file here (decision 0045).
func (s *server) accountOf(ctx context.Context, email string) (subscribers.Account, error) {
	to, ok := emailAddress(email)
	if !ok {
		return subscribers.Account{}, &voucherError{"oidc.unverified", errors.New("there is no email address")}
	}
	people, err := s.Accounts.AccountsAt(ctx, to)
	if err != nil {
		return subscribers.Account{}, fmt.Errorf("read accounts: %w", err)
	}
	var those []subscribers.Account
	for _, a := range people {
		if a.SignsIn() && a.Within(s.options.OIDC.Zone) {
			those = append(those, a)
		}
	}
	if len(those) != 1 {
		return subscribers.Account{}, &voucherError{"oidc.unknown", fmt.Errorf("%d accounts have the address", len(those))}
	}
	return those[0], nil
}

// failOIDC answers in the reader's words, and leads to where codes are asked for.
func (s *server) failOIDC(w http.ResponseWriter, r *http.Request, key string, err error) {
	s.Log.WarnContext(r.Context(), "the provider let nobody in", "as", key, "err", err)
	status := http.StatusForbidden
	if key == "oidc.down" {
		status = http.StatusBadGateway
	}
	s.refuseToSignIn(w, r, status, key)
}
