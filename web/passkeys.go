package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"relais/subscribers"
)

// freshFor is for how long after signing in somebody may add a passkey: who finds
// a desk that was left open must not make themselves a key to it.
const freshFor = time.Hour

// passkeyLine is one passkey on the page of its owner.
type passkeyLine struct {
	Name, When string
	Doubted    string // why it opens nothing; empty: it does
	Remove     string // where to send the form
}

// passkeysPart is the part of the account page about passkeys.
type passkeysPart struct {
	Offered bool // browsers can have them at this address
	Fresh   bool // one may be added now
	Name    string
	Known   []passkeyLine
	Again   string // where to sign in once more, to add one
	Added   bool   // one was just added
}

func (s *server) passkeysPart(r *http.Request, v view, who subscribers.MemberID) (passkeysPart, error) {
	p := passkeysPart{Offered: s.party != nil, Name: subscribers.DeviceOf(r.UserAgent()), Again: v.URL("/signin?next=/account"), Added: r.URL.Query().Has("passkey")}
	keys, err := s.Passkeys.Passkeys(r.Context(), who)
	if err != nil {
		return p, fmt.Errorf("read passkeys: %w", err)
	}
	for _, key := range keys {
		line := passkeyLine{Name: key.Name, When: v.T("passkey.unused", "made", v.When(key.Made)), Remove: v.URL("/account/passkeys/" + key.ID.String() + "/remove")}
		if !key.Used.IsZero() {
			line.When = v.T("passkey.used", "made", v.When(key.Made), "used", v.When(key.Used))
		}
		if !key.Doubted.IsZero() {
			line.Doubted = v.T("passkey.copied")
		}
		p.Known = append(p.Known, line)
	}
	p.Fresh, err = s.fresh(r.Context())
	return p, err
}

// fresh says whether somebody has signed in lately.
func (s *server) fresh(ctx context.Context) (bool, error) {
	here, err := s.present(ctx)
	return err == nil && s.Now().Sub(here.Since) < freshFor, err
}

// mayAddPasskey says whether somebody may add one now, or answers why not.
func (s *server) mayAddPasskey(w http.ResponseWriter, r *http.Request) (keeper, bool) {
	who := callerOf(r.Context())
	if !s.mayTryPasskey(w, r) {
		return keeper{}, false
	}
	fresh, err := s.fresh(r.Context())
	if err == nil && (!fresh || !who.signedIn()) {
		writeJSON(w, http.StatusForbidden, problem{Error: s.viewFor(r, "").T("passkey.stale")})
		return keeper{}, false
	}
	var k keeper
	if err == nil {
		k, err = s.keeper(r.Context(), who.account)
	}
	if err != nil {
		s.failPasskey(w, r, "add a passkey", err)
		return k, false
	}
	return k, true
}

// postNewPasskeyBegin asks this device for a new passkey.
func (s *server) postNewPasskeyBegin(w http.ResponseWriter, r *http.Request) {
	who, ok := s.mayAddPasskey(w, r)
	if !ok {
		return
	}
	asked, data, err := s.party.BeginRegistration(who, webauthn.WithExclusions(webauthn.Credentials(who.known).CredentialDescriptors()))
	if err == nil {
		err = s.pose(r.Context(), data)
	}
	if err != nil {
		s.failPasskey(w, r, "ask for a passkey", err)
		return
	}
	writeJSON(w, http.StatusOK, asked)
}

// postNewPasskey keeps what this device answered.
func (s *server) postNewPasskey(w http.ResponseWriter, r *http.Request) {
	who, ok := s.mayAddPasskey(w, r)
	if !ok {
		return
	}
	answer, err := readPasskeyAnswer(r)
	if err != nil {
		s.refusePasskey(w, r, "passkey.refused", err)
		return
	}
	name := oneLine(answer.Name)
	if name == "" || utf8.RuneCountInString(name) > subscribers.MaxPasskeyName {
		writeJSON(w, http.StatusUnprocessableEntity, problem{Error: s.viewFor(r, "").T("passkey.fault.name")})
		return
	}
	asked, err := s.posed(r.Context())
	if errors.Is(err, subscribers.ErrNotFound) {
		s.refusePasskey(w, r, "passkey.late", err)
		return
	}
	if err != nil {
		s.failPasskey(w, r, "add a passkey", err)
		return
	}
	s.addPasskey(w, r, who, name, asked, answer.Credential)
}

func (s *server) addPasskey(w http.ResponseWriter, r *http.Request, who keeper, name string, asked webauthn.SessionData, signed json.RawMessage) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(signed)
	if err != nil {
		s.refusePasskey(w, r, "passkey.refused", err)
		return
	}
	credential, err := s.party.CreateCredential(who, asked, parsed)
	if err != nil {
		s.refusePasskey(w, r, "passkey.refused", err)
		return
	}
	record, err := json.Marshal(credential)
	one := subscribers.Passkey{ID: uuid.Must(uuid.NewV7()), Account: who.account.ID, Key: credential.ID, Name: name, Record: string(record), Made: s.Now()}
	if err == nil {
		err = s.Passkeys.AddPasskey(r.Context(), one)
	}
	switch {
	case errors.Is(err, subscribers.ErrPasskeyTaken):
		s.refusePasskey(w, r, "passkey.taken", err)
	case err != nil:
		s.failPasskey(w, r, "add a passkey", err)
	default:
		s.Log.InfoContext(r.Context(), "passkey added", "account", who.account.ID, "passkey", one.ID)
		s.tellOfPasskey(r, who.account, one.Name, "passkey.mail.added")
		writeJSON(w, http.StatusOK, map[string]string{"next": s.viewFor(r, "").URL("/account?passkey")})
	}
}

// postRemovePasskey forgets one of somebody's.
func (s *server) postRemovePasskey(w http.ResponseWriter, r *http.Request) {
	who, v := callerOf(r.Context()), s.viewFor(r, "")
	id, err := uuid.Parse(r.PathValue("id"))
	switch {
	case err != nil:
		s.refusePage(w, r, http.StatusNotFound)
		return
	case !who.signedIn(): // the token, or an open Relais
		http.Redirect(w, r, v.URL("/signin"), http.StatusSeeOther)
		return
	}
	keys, err := s.Passkeys.Passkeys(r.Context(), who.account.ID)
	if err == nil {
		err = s.Passkeys.RemovePasskey(r.Context(), who.account.ID, id)
	}
	if err != nil {
		s.failPage(w, r, "remove a passkey", err)
		return
	}
	for _, key := range keys { // one that was gone before is nothing to write about
		if key.ID == id {
			s.Log.InfoContext(r.Context(), "passkey removed", "account", who.account.ID, "passkey", id)
			s.tellOfPasskey(r, who.account, key.Name, "passkey.mail.removed")
		}
	}
	http.Redirect(w, r, v.URL("/account"), http.StatusSeeOther)
}
