package store_test

import (
	"errors"
	"testing"
	"time"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

func newToken(t *testing.T, zone broker.ZoneID, name string, at time.Time) subscribers.Token {
	t.Helper()
	one, _, err := subscribers.NewToken(zone, name, []subscribers.TokenScope{subscribers.ScopeRead, subscribers.ScopePublish}, "Luc Thys", at, 30)
	must(t, err)
	return one
}

func TestTokensAreFoundByTheirHash(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		cad := newToken(t, "demo", "CAD", noon)
		map1 := newToken(t, "demo", "Map", noon.Add(time.Second))
		other := newToken(t, "elsewhere", "CAD", noon)
		for _, one := range []subscribers.Token{cad, map1, other} {
			must(t, s.AddToken(t.Context(), one))
		}
		if err := s.AddToken(t.Context(), newToken(t, "demo", "CAD", noon)); !errors.Is(err, subscribers.ErrTokenName) {
			t.Errorf("the same name again: got %v", err)
		}
		same(t, "of the zone", got(s.Tokens(t.Context(), "demo"))(t), []subscribers.Token{map1, cad})
		same(t, "of all", got(s.Tokens(t.Context(), ""))(t), []subscribers.Token{map1, cad, other})
		same(t, "by its hash", got(s.TokenOf(t.Context(), cad.Hash))(t), cad)
		if _, err := s.TokenOf(t.Context(), subscribers.TokenHash{1}); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("an unknown one: got %v", err)
		}
	})
}

func TestUseOfATokenIsNoted(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		cad := newToken(t, "demo", "CAD", noon)
		must(t, s.AddToken(t.Context(), cad))
		late := noon.Add(time.Hour)
		for _, at := range []time.Time{noon.Add(time.Minute), late, noon} { // of two nodes the later counts
			must(t, s.NoteTokenUse(t.Context(), cad.ID, at))
		}
		same(t, "last use", got(s.TokenOf(t.Context(), cad.Hash))(t).Used, late)
	})
}

func TestTokensAreRevokedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		cad := newToken(t, "demo", "CAD", noon)
		must(t, s.AddToken(t.Context(), cad))
		if err := s.RevokeToken(t.Context(), "elsewhere", cad.ID, "Eva", noon); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("from another zone: got %v", err)
		}
		must(t, s.RevokeToken(t.Context(), "demo", cad.ID, "Luc Thys", noon.Add(time.Hour)))
		must(t, s.RevokeToken(t.Context(), "demo", cad.ID, "Eva", noon.Add(2*time.Hour)))
		after := got(s.TokenOf(t.Context(), cad.Hash))(t)
		if after.Good(noon.Add(time.Hour)) || !after.Revoked.Equal(noon.Add(time.Hour)) || after.RevokedBy != "Luc Thys" {
			t.Errorf("revoked at %v by %s", after.Revoked, after.RevokedBy)
		}
		if err := s.AddToken(t.Context(), newToken(t, "demo", "CAD", noon)); !errors.Is(err, subscribers.ErrTokenName) {
			t.Errorf("the name of a revoked one: got %v", err)
		}
	})
}
