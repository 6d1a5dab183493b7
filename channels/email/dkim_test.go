package email

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"relais/broker"
	"relais/channels"
)

// signing opens a channel that signs with a new key, and says what the DNS
// holds for it.
func signing(t testing.TB, kind KeyType) (*Channel, func(domain string) ([]string, error)) {
	t.Helper()
	key, record, err := NewDKIMKey(kind)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.Host, cfg.From = "localhost", "relais@mail.zone.example"
	cfg.DKIM = DKIM{Domain: "zone.example", Selector: "relais1", Key: channels.NewSecret(string(key))}
	return start(t, cfg, nil), func(name string) ([]string, error) {
		if name != "relais1._domainkey.zone.example" {
			t.Errorf("asked the DNS for %s", name)
		}
		return []string{record}, nil
	}
}

func TestSignaturesHold(t *testing.T) {
	for _, kind := range []KeyType{RSA, Ed25519} {
		c, lookup := signing(t, kind)
		for _, purpose := range []channels.Purpose{channels.ForMember, channels.Ask, channels.Notice, channels.Digest} {
			wire := wireOf(t, c, delivery(purpose, broker.French))
			parse(t, wire)
			if fault := verify(t, wire, lookup); fault != nil {
				t.Errorf("%s, %s: %v", kind, purpose, fault)
			}
		}
	}
}

// TestSignaturesBreak changes what somebody on the way could profit from.
func TestSignaturesBreak(t *testing.T) {
	c, lookup := signing(t, Ed25519)
	wire := wireOf(t, c, delivery(channels.ForMember, broker.French))
	for name, change := range map[string]func() []byte{
		"text": func() []byte { return bytes.Replace(wire, []byte("camionnette"), []byte("bicyclette"), 1) },
		"link": func() []byte { return bytes.Replace(wire, []byte("/m/open-"), []byte("/m/evil-"), 1) },
		"link for leaving": func() []byte {
			return bytes.Replace(wire, []byte("List-Unsubscribe: <https://relais"), []byte("List-Unsubscribe: <https://evil"), 1)
		},
		"a second sender":    func() []byte { return append([]byte("From: <eve@evil.example>\r\n"), wire...) },
		"a second subject":   func() []byte { return append([]byte("Subject: x\r\n"), wire...) },
		"a second recipient": func() []byte { return append([]byte("To: <eve@evil.example>\r\n"), wire...) },
	} {
		changed := change()
		if bytes.Equal(changed, wire) {
			t.Fatalf("%s: the test changes nothing", name)
		}
		if fault := verify(t, changed, lookup); fault == nil {
			t.Errorf("%s: the signature still holds", name)
		}
	}
}

func verify(t *testing.T, wire []byte, lookup func(string) ([]string, error)) error {
	t.Helper()
	found, err := dkim.VerifyWithOptions(bytes.NewReader(wire), &dkim.VerifyOptions{LookupTXT: lookup})
	if err != nil || len(found) != 1 {
		t.Fatalf("got %d signatures (%v), want 1", len(found), err)
	}
	for _, field := range []string{"List-Unsubscribe", "List-Unsubscribe-Post"} { // RFC 8058, 4
		if !strings.Contains(strings.Join(found[0].HeaderKeys, ","), field) {
			t.Errorf("%s is not signed", field)
		}
	}
	return found[0].Err
}

func TestUnsignedUnlessAsked(t *testing.T) {
	if m := parse(t, wireOf(t, offline(t), delivery(channels.ForMember, broker.French))); m.header.Get("DKIM-Signature") != "" {
		t.Error("signed without a key")
	}
}

func TestDKIMFaults(t *testing.T) {
	made, record, err := NewDKIMKey(RSA)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := DKIMRecord(made); err != nil || again != record {
		t.Errorf("the record of the kept key is another (%v)", err)
	}
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, made, 0o600); err != nil {
		t.Fatal(err)
	}
	key, nonsense := channels.NewSecret(string(made)), channels.NewSecret("Geheim-4711")
	for name, tc := range map[string]struct {
		dkim DKIM
		key  string // "": no fault
	}{
		"off":                 {DKIM{}, ""},
		"key":                 {DKIM{Domain: "zone.example", Selector: "a", Key: key}, ""},
		"file":                {DKIM{Domain: "Zone.example", Selector: "a.b", File: file}, ""},
		"no domain":           {DKIM{Selector: "a", Key: key}, "dkim.domain"},
		"another domain":      {DKIM{Domain: "other.example", Selector: "a", Key: key}, "dkim.domain"},
		"an ending":           {DKIM{Domain: "one.example", Selector: "a", Key: key}, "dkim.domain"},
		"domain with break":   {DKIM{Domain: "zone.example\r\nx", Selector: "a", Key: key}, "dkim.domain"},
		"no selector":         {DKIM{Domain: "zone.example", Key: key}, "dkim.selector"},
		"selector with break": {DKIM{Domain: "zone.example", Selector: "a; d=x", Key: key}, "dkim.selector"},
		"no key":              {DKIM{Domain: "zone.example", Selector: "a"}, "dkim.key"},
		"both":                {DKIM{Domain: "zone.example", Selector: "a", Key: key, File: file}, "dkim.key"},
		"no such file":        {DKIM{Domain: "zone.example", Selector: "a", File: file + "x"}, "dkim.file"},
		"no key in it":        {DKIM{Domain: "zone.example", Selector: "a", Key: nonsense}, "dkim.key"},
	} {
		cfg := valid()
		cfg.DKIM = tc.dkim
		err := cfg.Validate()
		switch {
		case tc.key == "" && err != nil:
			t.Errorf("%s: got %v, want none", name, err)
		case tc.key != "" && (err == nil || !strings.HasPrefix(err.Error(), tc.key+" ") || !strings.Contains(err.Error(), ";")):
			t.Errorf("%s: got %v, want one sentence on %s with a remedy", name, err, tc.key)
		case err != nil && strings.Contains(err.Error(), "Geheim"):
			t.Errorf("%s: the fault holds the key", name)
		}
	}
	if _, _, err := NewDKIMKey("dsa"); err == nil {
		t.Error("made a key of an unknown type")
	}
}
