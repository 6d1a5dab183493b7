package config

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// URL is the address of a server, or several with commas between, that may
// hold a password. It prints itself without: Reveal is the only way to its value.
type URL struct{ value string }

// NewURL wraps a value.
func NewURL(value string) URL { return URL{value} }

// Reveal returns the value, for the call that needs it.
func (u URL) Reveal() string { return u.value }

// IsZero says whether the URL is not set.
func (u URL) IsZero() bool { return u.value == "" }

// String returns the value with its passwords hidden.
func (u URL) String() string { return hidePasswords(u.value) }

// UnmarshalText reads the value from YAML or the environment.
func (u *URL) UnmarshalText(text []byte) error {
	u.value = strings.TrimSpace(string(text))
	return nil
}

// MarshalText writes the value with its passwords hidden.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// Format writes the value with its passwords hidden for every verb.
func (u URL) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, u.String()) }

// LogValue keeps passwords out of structured logs.
func (u URL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// hidePasswords replaces what stands between :// and the last @ of each of
// several URLs, but for a user's name before a colon (without a colon it may be
// a token, as in nats://token@host), and every parameter that sounds secret.
func hidePasswords(s string) string {
	parts := splitURLs(s)
	for i, part := range parts {
		parts[i] = secretParameter().ReplaceAllString(hideUserInfo(part), "${1}[hidden]")
	}
	return strings.Join(parts, ",")
}

// splitURLs splits at those commas that a new scheme follows; any other comma
// may be part of a password.
func splitURLs(s string) []string {
	var parts []string
	for _, piece := range strings.Split(s, ",") {
		if len(parts) > 0 && !strings.Contains(piece, "://") {
			parts[len(parts)-1] += "," + piece
			continue
		}
		parts = append(parts, piece)
	}
	return parts
}

func hideUserInfo(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	at := strings.LastIndex(rest, "@")
	if !ok || at < 0 {
		return s
	}
	user, _, hasPassword := strings.Cut(rest[:at], ":")
	if !hasPassword {
		return scheme + "://[hidden]" + rest[at:]
	}
	return scheme + "://" + user + ":[hidden]" + rest[at:]
}

func secretParameter() *regexp.Regexp {
	return regexp.MustCompile(`(?i)((?:^|[?&\s])\w*(?:pass|secret|token|key)\w*=)[^&\s]+`)
}
