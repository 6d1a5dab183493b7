package subscribers

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"relais/broker"
)

func TestTokenOpensItsZoneForItsScopes(t *testing.T) {
	now := time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC)
	one, secret, err := NewToken("demo", "  CAD\u200b  dispatch ", []TokenScope{ScopePublish, ScopeRead, ScopeRead}, "Luc Thys", now, 30)
	if err != nil {
		t.Fatal(err)
	}
	if one.Name != "CAD dispatch" || !slices.Equal(one.Scopes, []TokenScope{ScopeRead, ScopePublish}) || !one.Expires.Equal(now.AddDate(0, 0, 30)) {
		t.Errorf("made %+v", one)
	}
	if hash, ours := HashToken(secret); hash != one.Hash || !ours || len(secret) < 32 || strings.Contains(secret, " ") {
		t.Error("the secret does not fit")
	}
	if _, ours := HashToken("s3cret"); ours {
		t.Error("any word passes for a token")
	}
	for _, test := range []struct {
		do   Right
		in   Scope
		want bool
	}{
		{Publish, Scope{Zone: "demo"}, true},
		{ReadDigests, Scope{Zone: "demo", Partnership: "tilleuls"}, true},
		{Publish, Scope{Zone: "elsewhere"}, false},
		{Publish, Scope{}, false},
		{Decide, Scope{Zone: "demo"}, false},
		{CloseCases, Scope{Zone: "demo"}, false},
		{ReadMembers, Scope{Zone: "demo"}, false},
	} {
		if got := one.May(test.do, test.in); got != test.want {
			t.Errorf("%s in %v: got %v, want %v", test.do, test.in, got, test.want)
		}
	}
	if (Token{Scopes: []TokenScope{ScopeRead}}).May(ReadMessages, Scope{}) {
		t.Error("a token of no zone opens no zone")
	}
	revoked := one
	revoked.Revoked = now
	if !one.Good(now) || one.Good(one.Expires) || revoked.Good(now) {
		t.Error("a token is good until it is revoked or over")
	}
}

// Nothing lets a program decide in a partnership's place, or make tokens.
func TestNoScopeDecides(t *testing.T) {
	for _, scope := range TokenScopes() {
		if len(scope.rights()) == 0 {
			t.Errorf("%s grants nothing", scope)
		}
		for _, never := range []Right{Decide, ChangeDigests, ReadPeople, ChangePeople, ChangePartnerships, KeepTexts, KeepTokens} {
			if scope.Grants(never) {
				t.Errorf("%s grants %s", scope, never)
			}
		}
	}
}

func TestTokensThatCannotBeMade(t *testing.T) {
	for _, test := range []struct {
		name   string
		scopes []TokenScope
		days   int
		want   string
	}{
		{" \u200b", []TokenScope{ScopeRead}, 30, "name"},
		{strings.Repeat("é", MaxTokenName+1), []TokenScope{ScopeRead}, 30, "name"},
		{"CAD", nil, 30, "scopes"},
		{"CAD", []TokenScope{ScopeRead, "approve"}, 30, "scopes"},
		{"CAD", []TokenScope{ScopeRead}, 0, "days"},
		{"CAD", []TokenScope{ScopeRead}, MaxTokenDays + 1, "days"},
	} {
		_, secret, err := NewToken(broker.ZoneID("demo"), test.name, test.scopes, "", time.Now(), test.days)
		var wrong *TokenError
		if !errors.As(err, &wrong) || wrong.Field != test.want || secret != "" {
			t.Errorf("%q, %v, %d: got %v, want %s", test.name, test.scopes, test.days, err, test.want)
		}
	}
}
