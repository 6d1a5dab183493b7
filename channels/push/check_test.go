package push

import "testing"

func TestCheck(t *testing.T) {
	ours, other := newTestSigner(t, "mailto:a@example.be"), newTestSigner(t, "mailto:a@example.be")
	if err := (&Channel{keys: keys{ours, other}}).Check(t.Context()); err != nil {
		t.Errorf("two good pairs: %v", err)
	}
	mixed := &signer{key: ours.key, public: other.public, subject: ours.subject}
	if err := (&Channel{keys: keys{ours, mixed}}).Check(t.Context()); err == nil {
		t.Error("the public key of another private one passes")
	}
}
