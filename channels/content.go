package channels

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"relais/broker"
)

// Purpose says why somebody is written to.
type Purpose string

// The things that Relais sends.
const (
	ForMember Purpose = "message" // the police's message, to a member
	Ask       Purpose = "ask"     // the question to an approver whether it may go
	Notice    Purpose = "notice"  // word to an approver of what became of it
	Digest    Purpose = "digest"  // several messages in one: the infoflash
	Preview   Purpose = "preview" // word to a coordinator that an infoflash can be read before it leaves
	Service   Purpose = "service" // what Relais itself tells somebody: a reminder, a question to an officer
)

// Purposes lists every purpose.
func Purposes() []Purpose { return []Purpose{ForMember, Ask, Notice, Digest, Preview, Service} }

// Content is what everybody reads who reads the same: one message revision,
// partnership and language. A channel may keep what it rendered from it for as
// long as it sees the same Key.
type Content struct {
	Key         string // equal for equal content, different for different
	Purpose     Purpose
	Lang        broker.Lang
	Partnership string // its name, as members know it; of a digest over several, all of them
	Tag         string // short name that an SMS begins with ("PLP Tilleuls")
	Kind        broker.Kind
	Urgency     broker.Urgency
	MsgType     broker.MsgType
	Title       string
	Body        string
	Note        string    // the coordinator's local note; shown as theirs
	Code        string    // for Ask: by which a reply names it
	Rule        string    // for Ask: what the plan says, in a sentence
	Outcome     string    // for Notice: what became of it, in a sentence; for Ask: the police's answer to a question, if one was asked
	Items       []Item    // for Digest, by kind
	Covers      []Cover   // for Digest: the coordinators' words at its head
	Sent        time.Time // when the police wrote it
	Expires     time.Time
	Picture     *Picture // of a message; of a digest each item has its own; nil: none
	Cheaply     bool     // the plan lets an SMS lose the accents that cost a part
	Collapse    string   // equal for messages of which the newest replaces the others (RFC 8030, 5.4)
}

// Picture goes with a text where a channel can show it; the text is enough without.
type Picture struct {
	JPEG []byte // see broker.Picture; never changed
	Alt  string // what it shows, in the text's language
}

// Format writes a placeholder for every verb: texts are never logged (PLP.md, rule 12).
func (Picture) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[picture]") }

// LogValue keeps the picture out of structured logs.
func (Picture) LogValue() slog.Value { return slog.StringValue("[picture]") }

// Item is one message in a digest.
type Item struct {
	Partnership string
	Kind        broker.Kind
	Title       string
	Body        string
	Note        string
	Picture     *Picture // nil: none
}

// Cover is what a coordinator says at the head of their partnership's part of a digest.
type Cover struct {
	Partnership string
	Note        string
}

// Format writes a placeholder for every verb: texts are never logged (PLP.md, rule 12).
func (Cover) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[cover]") }

// LogValue keeps the text out of structured logs.
func (Cover) LogValue() slog.Value { return slog.StringValue("[cover]") }

// Format writes a placeholder for every verb: texts are never logged (PLP.md, rule 12).
func (Content) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[content]") }

// LogValue keeps the texts out of structured logs.
func (Content) LogValue() slog.Value { return slog.StringValue("[content]") }

// Format writes a placeholder for every verb: texts are never logged (PLP.md, rule 12).
func (Item) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[item]") }

// LogValue keeps the texts out of structured logs.
func (Item) LogValue() slog.Value { return slog.StringValue("[item]") }
