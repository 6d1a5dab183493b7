package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"relais/subscribers"
)

// Passkeys knows what people's devices sign with, and what they were asked to sign.
type Passkeys interface {
	// Passkeys lists somebody's, the oldest first.
	Passkeys(ctx context.Context, account subscribers.MemberID) ([]subscribers.Passkey, error)
	// AddPasskey writes one, or returns subscribers.ErrPasskeyTaken.
	AddPasskey(ctx context.Context, one subscribers.Passkey) error
	// UsePasskey writes what a sign-in changed of one; DoubtPasskey keeps it from
	// signing in any more; RemovePasskey forgets it.
	UsePasskey(ctx context.Context, id uuid.UUID, record string, at time.Time) error
	DoubtPasskey(ctx context.Context, id uuid.UUID, at time.Time) error
	RemovePasskey(ctx context.Context, account subscribers.MemberID, id uuid.UUID) error
	// AddChallenge writes one; TakeChallenge returns it once, and after that or when
	// it is over subscribers.ErrNotFound.
	AddChallenge(ctx context.Context, one subscribers.Challenge, now time.Time) error
	TakeChallenge(ctx context.Context, id uuid.UUID, now time.Time) (subscribers.Challenge, error)
}

// relyingParty is who devices sign for; nil where no browser would let them: at an
// address without a name, or without TLS.
func relyingParty(publicURL string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, nil
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, nil
	}
	party, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Relais", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation, // any maker's device will do
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired, // whoever finds the device cannot sign with it
		},
		// Some browsers tell more than they were asked for.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys for %s: %w", u.Hostname(), err)
	}
	return party, nil
}

// sessionChallenge is the key under which a session keeps which challenge its
// browser is to answer.
const sessionChallenge = "challenge"

// pose writes what a browser is to answer, once and soon.
func (s *server) pose(ctx context.Context, data *webauthn.SessionData) error {
	record, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode challenge: %w", err)
	}
	one := subscribers.Challenge{ID: uuid.New(), Record: string(record), Expires: s.Now().Add(subscribers.ChallengeValidity)}
	if err := s.Passkeys.AddChallenge(ctx, one, s.Now()); err != nil {
		return fmt.Errorf("write challenge: %w", err)
	}
	s.sessions.Put(ctx, sessionChallenge, one.ID.String())
	return nil
}

// posed returns what this browser was asked, and forgets it; subscribers.ErrNotFound
// when it was asked nothing, or long ago, or has answered.
func (s *server) posed(ctx context.Context) (data webauthn.SessionData, err error) {
	id, err := uuid.Parse(s.sessions.PopString(ctx, sessionChallenge))
	if err != nil {
		return data, subscribers.ErrNotFound
	}
	one, err := s.Passkeys.TakeChallenge(ctx, id, s.Now())
	if err != nil {
		return data, fmt.Errorf("take challenge: %w", err)
	}
	if err := json.Unmarshal([]byte(one.Record), &data); err != nil {
		return data, fmt.Errorf("decode challenge: %w", err)
	}
	return data, nil
}

// postPasskeyBegin asks any device to sign in who it belongs to.
func (s *server) postPasskeyBegin(w http.ResponseWriter, r *http.Request) {
	if !s.mayTryPasskey(w, r) {
		return
	}
	asked, data, err := s.party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err == nil {
		err = s.pose(r.Context(), data)
	}
	if err != nil {
		s.failPasskey(w, r, "ask a device", err)
		return
	}
	writeJSON(w, http.StatusOK, asked)
}

// mayTryPasskey says whether passkeys work here and a visitor may try one now, or
// answers why not.
func (s *server) mayTryPasskey(w http.ResponseWriter, r *http.Request) bool {
	v := s.viewFor(r, "")
	switch {
	case s.party == nil:
		writeJSON(w, http.StatusConflict, problem{Error: v.T("passkey.none")})
	case !s.tries.allows(visitor(r), s.Now()):
		writeJSON(w, http.StatusTooManyRequests, problem{Error: v.T("signin.slow")})
	default:
		return true
	}
	return false
}

// passkeyAnswer is what the page's script sends: what the device signed.
type passkeyAnswer struct {
	Credential json.RawMessage `json:"credential"`
	Name       string          `json:"name"` // of a new one
	Next       string          `json:"next"` // where to go afterwards
}

func readPasskeyAnswer(r *http.Request) (passkeyAnswer, error) {
	var a passkeyAnswer
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		return a, fmt.Errorf("read what the device signed: %w", err)
	}
	return a, nil
}

// postPasskey signs in whose device has signed.
func (s *server) postPasskey(w http.ResponseWriter, r *http.Request) {
	if !s.mayTryPasskey(w, r) {
		return
	}
	answer, err := readPasskeyAnswer(r)
	if err != nil {
		s.refusePasskey(w, r, "passkey.refused", err)
		return
	}
	who, used, why, err := s.signed(r.Context(), answer)
	switch {
	case err != nil && why == "":
		s.failPasskey(w, r, "sign in with a passkey", err)
		return
	case why != "":
		s.refusePasskey(w, r, why, err)
		return
	}
	if err := s.begin(r, who.account.ID, sessionLasts); err != nil {
		s.failPasskey(w, r, "sign in with a passkey", err)
		return
	}
	s.Log.InfoContext(r.Context(), "signed in", "account", who.account.ID, "passkey", used.ID)
	next := localPath(answer.Next)
	if next == "" {
		next = home(who.account)
	}
	writeJSON(w, http.StatusOK, map[string]string{"next": s.viewFor(r, "").URL(next)})
}

// signed returns who has signed, with which of their passkeys. Where the answer is
// not good it returns the key of the sentence that says so.
func (s *server) signed(ctx context.Context, answer passkeyAnswer) (who keeper, used subscribers.Passkey, why string, err error) {
	asked, err := s.posed(ctx)
	if errors.Is(err, subscribers.ErrNotFound) {
		return who, used, "passkey.late", err
	}
	if err != nil {
		return who, used, "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer.Credential)
	if err != nil {
		return who, used, "passkey.refused", err
	}
	var reading error // of our rows: a fault of ours
	_, checked, err := s.party.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		who, reading = s.keeperOf(ctx, handle)
		return who, reading
	}, asked, parsed)
	switch {
	case errors.Is(reading, subscribers.ErrNotFound):
		return who, used, "passkey.unknown", err
	case reading != nil:
		return who, used, "", reading
	case err != nil:
		return who, used, refusedAs(who, parsed.RawID), err
	}
	used, _ = who.key(parsed.RawID)
	if checked.Authenticator.CloneWarning { // WebAuthn 3, 7.2, step 22
		if err := s.Passkeys.DoubtPasskey(ctx, used.ID, s.Now()); err != nil {
			return who, used, "", fmt.Errorf("doubt a passkey: %w", err)
		}
		s.alarm(ctx, who.account, used)
		return who, used, "passkey.copied", fmt.Errorf("the counter of passkey %s ran backwards", used.ID)
	}
	record, err := json.Marshal(checked)
	if err == nil {
		err = s.Passkeys.UsePasskey(ctx, used.ID, string(record), s.Now())
	}
	if err != nil {
		return who, used, "", fmt.Errorf("note the use of a passkey: %w", err)
	}
	return who, used, "", nil
}

// alarm shows the administrators of somebody's zones that their passkey may have
// been copied. It is shut already, so a fault here is only logged.
func (s *server) alarm(ctx context.Context, owner subscribers.Account, doubted subscribers.Passkey) {
	for _, i := range doubted.Doubts(owner) {
		if err := s.Alarms.Raise(ctx, i); err != nil {
			s.Log.ErrorContext(ctx, "that a passkey is doubted cannot be noted as an incident", "passkey", doubted.ID, "err", err)
		}
	}
}

// refusedAs is the key of what to say about a passkey that was not taken.
func refusedAs(who keeper, id []byte) string {
	switch key, there := who.key(id); {
	case !there:
		return "passkey.unknown"
	case !key.Doubted.IsZero():
		return "passkey.copied"
	}
	return "passkey.refused"
}

// refusePasskey answers in the reader's words; why it was is for the log, and
// names no person.
func (s *server) refusePasskey(w http.ResponseWriter, r *http.Request, key string, err error) {
	s.Log.InfoContext(r.Context(), "passkey refused", "as", key, "err", details(err))
	writeJSON(w, http.StatusUnprocessableEntity, problem{Error: s.viewFor(r, "").T(key)})
}

// details is what the library found wrong; its error alone says only that something was.
func details(err error) string {
	var told *protocol.Error
	if errors.As(err, &told) {
		return strings.TrimSpace(told.Details + " " + told.DevInfo)
	}
	return fmt.Sprint(err)
}

func (s *server) failPasskey(w http.ResponseWriter, r *http.Request, doing string, err error) {
	s.Log.ErrorContext(r.Context(), "request failed", "doing", doing, "err", err)
	writeJSON(w, http.StatusInternalServerError, problem{Error: s.viewFor(r, "").T("passkey.failed")})
}
