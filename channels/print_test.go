package channels

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// PLP.md, rule 12, and DESIGN: addresses, texts and secrets cannot print
// themselves, neither alone nor inside what is logged.
func TestNothingPrintsWhatItHolds(t *testing.T) {
	address, secret := NewAddress("+32470s3cret"), NewSecret("s3cret")
	item := Item{Title: "s3cret", Body: "s3cret", Note: "s3cret"}
	content := &Content{Title: "s3cret", Body: "s3cret", Note: "s3cret", Items: []Item{item}}
	links := Links{Decide: "https://r/s3cret", Open: "https://r/s3cret", Unsubscribe: "https://r/s3cret"}
	delivery := Delivery{To: address, Content: content, Links: links}
	alone := []any{address, &address, secret, &secret, content, *content, item, links, delivery, &delivery}
	wrapped := []any{[]Address{address}, map[string]Secret{"a": secret}, struct{ S Secret }{secret}, struct{ D *Delivery }{&delivery}, content.Items}
	for _, value := range append(wrapped, alone...) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10v"} {
			if got := fmt.Sprintf(verb, value); strings.Contains(got, "s3cret") || strings.Contains(got, "733363726574") {
				t.Errorf("%s of %T prints %q", verb, value, got)
			}
		}
	}
	for _, value := range alone {
		var logged strings.Builder
		for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
			slog.New(handler).Info("a delivery", "value", value)
		}
		if strings.Contains(logged.String(), "s3cret") {
			t.Errorf("logging %T writes %q", value, logged.String())
		}
	}
}

func TestSecretHasItsValue(t *testing.T) {
	var s Secret
	if !s.IsZero() {
		t.Error("the zero secret is set")
	}
	if err := s.UnmarshalText([]byte("abc")); err != nil || s.Reveal() != "abc" || s.IsZero() || s != NewSecret("abc") {
		t.Errorf("read: %v", err)
	}
	for secret, want := range map[Secret]string{s: `"[hidden]"`, {}: `""`} {
		if got, err := json.Marshal(secret); err != nil || string(got) != want {
			t.Errorf("as JSON: got %s, %v, want %s", got, err, want)
		}
	}
}

func TestAddress(t *testing.T) {
	a, b := NewAddress("a@example.org"), NewAddress("b@example.org")
	if a.Reveal() != "a@example.org" || a.IsZero() || !(Address{}).IsZero() {
		t.Error("an address does not hold its value")
	}
	if _, err := json.Marshal(struct{ To Address }{a}); err == nil || strings.Contains(err.Error(), "example.org") {
		t.Errorf("as JSON: got %v, want an error without the address", err)
	}
	// The value is written out: rows of older versions must be found again.
	if got, want := a.Hash(Email).String(), "c8f9c32bd6374841a1a46c5b33048abd"; got != want {
		t.Errorf("hash: got %s, want %s", got, want)
	}
	hashes := map[AddressHash]bool{a.Hash(Email): true, a.Hash(SMS): true, b.Hash(Email): true, {}: true}
	if len(hashes) != 4 {
		t.Error("the hash does not tell channels and addresses apart")
	}
}
