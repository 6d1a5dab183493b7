package broker

import (
	"testing"

	"github.com/google/uuid"
)

func TestDeriveID(t *testing.T) {
	base := uuid.MustParse("019ab1c2-7d10-7a3e-9c41-2f6b8d0e5a11")
	// The value is written out: rows of older versions must be found again.
	if got, want := DeriveID(base, "approval", "1", "tilleuls").String(), "019ab1c2-7d10-7683-8d85-04d7bf2391c3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	seen := map[uuid.UUID][]string{}
	for _, parts := range [][]string{nil, {""}, {"", ""}, {"a", "b"}, {"ab"}, {"ab", ""}, {"", "ab"}, {"1:a"}, {"b", "a"}} {
		id := DeriveID(base, parts...)
		if other, twice := seen[id]; twice {
			t.Errorf("%q and %q have the same id", parts, other)
		}
		seen[id] = parts
		if id != DeriveID(base, parts...) {
			t.Errorf("%q: another id the second time", parts)
		}
		if id.Version() != 7 || id.Variant() != uuid.RFC4122 {
			t.Errorf("%q: got version %s, variant %s", parts, id.Version(), id.Variant())
		}
		if [6]byte(id[:6]) != [6]byte(base[:6]) {
			t.Errorf("%q: the time of the base is lost", parts)
		}
	}
	if other := uuid.MustParse("019ab1c2-7d10-7a3e-9c41-2f6b8d0e5a12"); DeriveID(base, "a") == DeriveID(other, "a") {
		t.Error("two bases have the same id")
	}
}

func TestMessageID(t *testing.T) {
	a, b := NewMessageID(), NewMessageID()
	if a == b || a.Version() != 7 || a.String() > b.String() {
		t.Errorf("got %s and %s, want two UUIDv7 in order", a, b)
	}
	if got, err := ParseMessageID(a.String()); err != nil || got != a {
		t.Errorf("got %s, %v, want %s", got, err, a)
	}
	if _, err := ParseMessageID("42"); err == nil {
		t.Error("42 is taken for an id")
	}
}

func TestSubjects(t *testing.T) {
	for got, want := range map[Subject]Subject{
		MessageSubject("demo"):       "relais.message.demo",
		ApprovalSubject("019a"):      "relais.approval.019a",
		WorkSubject("sms", Urgent):   "relais.work.sms.urgent",
		WorkSubject("email", "bulk"): "relais.work.email.bulk",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := WorkSubject("sms", Bulk).Tokens(); len(got) != 4 || got[2] != "sms" || got[3] != "bulk" {
		t.Errorf("tokens: got %v", got)
	}
}
