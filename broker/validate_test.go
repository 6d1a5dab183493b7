package broker

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func mustRead(tb testing.TB, file string) []byte {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func validMessage(t *testing.T) Message {
	t.Helper()
	m, err := ParseMessage(mustRead(t, "../docs/examples/alert.json"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What only the program can see: schema_test.go has the rest.
func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		name, field string // no field: it is valid
		edit        func(m *Message)
	}{
		{"as it is", "", func(*Message) {}},
		{"expires when sent", "expires", func(m *Message) { m.Expires = m.Sent }},
		{"expires before", "expires", func(m *Message) { m.Expires = m.Sent.Add(-time.Second) }},
		{"expires in a year", "", func(m *Message) { m.Expires = m.Sent.Add(MaxValidity) }},
		{"expires later", "expires", func(m *Message) { m.Expires = m.Sent.Add(MaxValidity + time.Second) }},
		{"sent long ago", "", func(m *Message) {
			m.Sent = m.Sent.AddDate(-20, 0, 0)
			m.Expires = m.Sent.Add(time.Hour)
		}},
		{"refers to itself", "references[1]", func(m *Message) { m.References = []MessageID{NewMessageID(), m.ID} }},
		{"refers to nothing", "references[0]", func(m *Message) { m.References = []MessageID{{uuid.Nil}} }},
		{"missing with leave", "", func(m *Message) { m.Kind, m.Clearance = Missing, "2026/117" }},
		{"author in another direction", "author", func(m *Message) { m.Author = "A\u202eB" }},
		{"title with a zero-width space", "texts.fr.title", func(m *Message) { m.Texts[French] = Text{"a\u200bb", "c"} }},
		{"body in another direction", "texts.fr.body", func(m *Message) { m.Texts[French] = Text{"a", "b\u2066c"} }},
		{"body that is not UTF-8", "texts.fr.body", func(m *Message) { m.Texts[French] = Text{"a", "b\xffc"} }},
		{"body with lines, tabs and a family", "", func(m *Message) { m.Texts[French] = Text{"a", "b\n\tc 👨\u200d👩\u200d👧"} }},
		{"long token", "zone", func(m *Message) { m.Zone = ZoneID(strings.Repeat("a", 64)) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := validMessage(t)
			tc.edit(&m)
			err := m.Validate()
			var fault *Fault
			switch {
			case tc.field == "" && err != nil:
				t.Errorf("got %v, want nil", err)
			case tc.field != "" && (!errors.As(err, &fault) || fault.Field != tc.field):
				t.Errorf("got %v, want a Fault of %s", err, tc.field)
			}
		})
	}
}

// A Fault goes to logs and dead letters: it never holds what was written.
func TestFaultHoldsNoText(t *testing.T) {
	m := validMessage(t)
	m.Texts[French] = Text{"secret\ntitle", "secret body"}
	if err := m.Validate(); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	_, err := ParseMessage([]byte(`{"texts": {"fr": {"title": ["secret"]}}, "expires": "secret"}`))
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestValidToken(t *testing.T) {
	for token, want := range map[string]bool{
		"demo": true, "5277": true, "a-b": true, "a": true, strings.Repeat("a", 63): true,
		"": false, "-a": false, "A": false, "a.b": false, "a b": false, "*": false, ">": false, "é": false, "a\n": false, strings.Repeat("a", 64): false,
	} {
		if got := ValidToken(token); got != want {
			t.Errorf("ValidToken(%q) = %v, want %v", token, got, want)
		}
	}
}
