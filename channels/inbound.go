package channels

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Inbound is a text that somebody wrote to the number that messages come from.
// It does not print itself (PLP.md, rule 12).
type Inbound struct {
	Channel Name
	Ref     string // the provider's name for it, the same when the provider tells of it again
	From    Address
	Text    string
	At      time.Time
}

// Format writes a placeholder for every verb.
func (Inbound) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[inbound]") }

// LogValue names the message and leaves out number and text.
func (in Inbound) LogValue() slog.Value {
	return slog.GroupValue(slog.String("channel", string(in.Channel)), slog.String("ref", in.Ref))
}

// MaxCallback is the most that a provider's request to us may hold, in bytes.
// Their own have under 2 kB.
const MaxCallback = 64 << 10

// ErrTooLarge means that a provider's request is longer than MaxCallback.
var ErrTooLarge = errors.New("the callback is longer than 64 kB")
