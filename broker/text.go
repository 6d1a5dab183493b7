package broker

import (
	"fmt"
	"io"
	"log/slog"
)

// Text is what the police wrote, in one language. It is locked: Relais adds
// to it, and never changes it. It does not print itself, so that no log line
// can hold it (PLP.md, rule 12).
type Text struct {
	Title string `json:"title" yaml:"title"` // at most MaxTitle characters, one line
	Body  string `json:"body" yaml:"body"`   // at most MaxBody characters
}

// The longest title and body that Validate lets pass, in characters.
const (
	MaxTitle = 80
	MaxBody  = 2000
)

// Format writes a placeholder for every verb, %v and %#v included.
func (Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[text]") }

// LogValue keeps the text out of structured logs.
func (Text) LogValue() slog.Value { return slog.StringValue("[text]") }
