package web

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"relais/subscribers"
)

// keeper is somebody with their passkeys, as the library sees them.
type keeper struct {
	account subscribers.Account
	keys    []subscribers.Passkey
	known   []webauthn.Credential // those of keys that open something
}

func (k keeper) WebAuthnID() []byte                         { return k.account.ID.UUID[:] }
func (k keeper) WebAuthnName() string                       { return k.account.Name }
func (k keeper) WebAuthnDisplayName() string                { return k.account.Name }
func (k keeper) WebAuthnCredentials() []webauthn.Credential { return k.known }

func (s *server) keeper(ctx context.Context, account subscribers.Account) (keeper, error) {
	k := keeper{account: account}
	var err error
	if k.keys, err = s.Passkeys.Passkeys(ctx, account.ID); err != nil {
		return k, fmt.Errorf("read passkeys: %w", err)
	}
	for _, key := range k.keys {
		if !key.Doubted.IsZero() {
			continue
		}
		var one webauthn.Credential
		if err := json.Unmarshal([]byte(key.Record), &one); err != nil {
			return k, fmt.Errorf("decode passkey %s: %w", key.ID, err)
		}
		k.known = append(k.known, one)
	}
	return k, nil
}

// keeperOf finds whose a passkey is; who has no post any more is
// subscribers.ErrNotFound.
func (s *server) keeperOf(ctx context.Context, handle []byte) (keeper, error) {
	id, err := uuid.FromBytes(handle)
	if err != nil {
		return keeper{}, subscribers.ErrNotFound
	}
	account, err := s.Accounts.Account(ctx, subscribers.MemberID{UUID: id})
	switch {
	case err != nil:
		return keeper{}, fmt.Errorf("read account: %w", err)
	case !account.SignsIn():
		return keeper{}, subscribers.ErrNotFound
	}
	return s.keeper(ctx, account)
}

// key returns the passkey with a credential's id.
func (k keeper) key(id []byte) (subscribers.Passkey, bool) {
	for _, key := range k.keys {
		if string(key.Key) == string(id) {
			return key, true
		}
	}
	return subscribers.Passkey{}, false
}
