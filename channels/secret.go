package channels

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a password, token or key of the configuration. It does not print
// itself: Reveal is the only way to its value.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value, for the call that needs it.
func (s Secret) Reveal() string { return s.value }

// IsZero says whether the secret is not set.
func (s Secret) IsZero() bool { return s.value == "" }

// UnmarshalText reads the value from YAML or the environment.
func (s *Secret) UnmarshalText(text []byte) error {
	s.value = string(text)
	return nil
}

// MarshalText writes what `relais config print` may show.
func (s Secret) MarshalText() ([]byte, error) {
	if s.IsZero() {
		return nil, nil
	}
	return []byte("[hidden]"), nil
}

// Format writes a placeholder for every verb, %v and %#v included.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[hidden]") }

// LogValue keeps the secret out of structured logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("[hidden]") }
