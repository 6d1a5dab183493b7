package subscribers

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"relais/channels"
)

var passNoon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func testPasses(t *testing.T, key byte) Passes {
	t.Helper()
	p, err := NewPasses(bytes.Repeat([]byte{key}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCodes(t *testing.T) {
	passes := testPasses(t, 1)
	account, home := NewMemberID(), channels.NewAddress("anne@example.be").Hash(channels.Email)
	first, code, err := passes.Code(account, home, passNoon)
	if err != nil {
		t.Fatal(err)
	}
	if len(code) != 8 || Typed(code) != code {
		t.Fatalf("a code of %d characters, want 8 digits", len(code))
	}
	if bytes.Contains(first.MAC, []byte(code)) {
		t.Error("the pass holds its code")
	}
	second, _, err := passes.Code(account, home, passNoon.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	used, worn := first, first
	used.Used, worn.Tries = passNoon, MaxTries
	wornSecond := second
	wornSecond.Tries = MaxTries
	for _, test := range []struct {
		name string
		of   []Pass
		code string
		at   time.Time
		want PassFault
	}{
		{"the right one", []Pass{first}, code, passNoon, ""},
		{"the older of two", []Pass{second, first}, code, passNoon.Add(2 * time.Minute), ""},
		{"to the last moment", []Pass{first}, code, first.Expires.Add(-1), ""},
		{"too late", []Pass{first}, code, first.Expires, PassExpired},
		{"used", []Pass{used}, code, passNoon, PassUsed},
		{"used and too late", []Pass{used}, code, first.Expires, PassUsed},
		{"after too many wrong ones", []Pass{worn}, code, passNoon, PassWorn},
		{"another wrong one", []Pass{worn}, "00000000x", passNoon, PassWorn},
		{"the right one beside a worn one", []Pass{wornSecond, first}, code, passNoon, ""},
		{"a wrong one", []Pass{first, second}, "not a code", passNoon, PassWrong},
		{"of nobody", []Pass{passes.Nobody(home, passNoon)}, code, passNoon, PassWrong},
		{"where none was asked for", nil, code, passNoon, PassWrong},
		{"empty", []Pass{first}, "", passNoon, PassWrong},
	} {
		got, err := passes.Judge(test.of, test.code, test.at)
		var refused *PassError
		switch {
		case test.want == "" && (err != nil || got.ID != first.ID):
			t.Errorf("%s: got %v, %v", test.name, got.ID, err)
		case test.want != "" && (!errors.As(err, &refused) || refused.Why != test.want):
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}

// A pass opens only as the one that it is, and only here.
func TestPassesAreBound(t *testing.T) {
	passes := testPasses(t, 1)
	account, home := NewMemberID(), channels.NewAddress("anne@example.be").Hash(channels.Email)
	pass, code, err := passes.Code(account, home, passNoon)
	if err != nil {
		t.Fatal(err)
	}
	if testPasses(t, 2).Fits(pass, code) {
		t.Error("another installation's key opens it")
	}
	other := pass
	other.Account = NewMemberID()
	if passes.Fits(other, code) {
		t.Error("it opens for another account")
	}
	other = pass
	other.Kind = PassLink
	if passes.Fits(other, code) {
		t.Error("a code opens as a link")
	}
}

func TestLinks(t *testing.T) {
	passes := testPasses(t, 1)
	pass, token := passes.Link(NewMemberID(), channels.AddressHash{}, passNoon)
	id, secret, err := ReadLink(token)
	if err != nil || id != pass.ID || !passes.Fits(pass, secret) {
		t.Errorf("got %v, %v, want the pass that was made", id, err)
	}
	if _, err := passes.Judge([]Pass{pass}, secret, passNoon.Add(6*24*time.Hour)); err != nil {
		t.Errorf("within a week: %v", err)
	}
	for _, bad := range []string{"", "abc", token[:20], "%", strings.Repeat("é", 30)} {
		if _, _, err := ReadLink(bad); !errors.Is(err, ErrForgedLink) {
			t.Errorf("%q: got %v, want ErrForgedLink", bad, err)
		}
	}
}

func TestTyped(t *testing.T) {
	for typed, want := range map[string]string{"1234 5678": "12345678", " 1234-5678\n": "12345678", "12.34.56.78": "12345678", "abc": ""} {
		if got := Typed(typed); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}
