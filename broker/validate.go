package broker

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Fault is what is wrong with a message: which field, what, and what to do.
// It never holds a text or an address.
type Fault struct {
	Field   string // the JSON path, "texts.nl.title"
	Problem string // "is missing"
	Remedy  string // "write it, or leave nl out"
}

func (f *Fault) Error() string {
	return fmt.Sprintf("%s %s; %s", f.Field, f.Problem, f.Remedy)
}

// MaxValidity is the furthest expiry that Validate lets pass, counted from Sent.
const MaxValidity = 365 * 24 * time.Hour

// Validate returns the first Fault of m, or nil. A message that is valid once
// stays so: nothing here depends on the hour, for an expired message is not
// faulty but late.
func (m Message) Validate() error {
	for _, check := range []func(Message) *Fault{checkIDs, checkTimes, checkWords, checkReferences, checkTexts, checkArea, checkPicture, checkSensitive} {
		if fault := check(m); fault != nil {
			return fault
		}
	}
	return nil
}

// ValidToken says whether s can name a zone or a partnership: it becomes one
// token of a subject, so neither dots nor blanks nor wildcards.
func ValidToken(s string) bool {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`).MatchString(s)
}

func checkIDs(m Message) *Fault {
	switch {
	case m.ID.UUID == uuid.Nil:
		return &Fault{"id", "is missing", "give each message its own UUID"}
	case m.Revision < 1 || m.Revision > 999:
		return &Fault{"revision", "is not between 1 and 999", "count the versions of the message from 1"}
	case !ValidToken(string(m.Zone)):
		return &Fault{"zone", "is missing or malformed", "use the zone's id: lower case letters, digits and hyphens"}
	case strings.TrimSpace(m.Author) == "" || !plainLine(m.Author, 120):
		return &Fault{"author", "is missing, longer than 120 characters or not one plain line", "name the officer who wrote the message"}
	}
	if !plainLine(m.Via, 120) {
		return &Fault{"via", "is longer than 120 characters or not one plain line", "leave it out"}
	}
	for i, p := range m.Partnerships {
		if !ValidToken(string(p)) {
			return &Fault{fmt.Sprintf("partnerships[%d]", i), "is malformed", "use the partnership's id: lower case letters, digits and hyphens"}
		}
	}
	return nil
}

func checkTimes(m Message) *Fault {
	switch {
	case m.Sent.IsZero():
		return &Fault{"sent", "is missing", "give the time of publication, as 2026-11-23T20:15:00+01:00"}
	case m.Expires.IsZero():
		return &Fault{"expires", "is missing", "say until when the message is of use, as 2026-11-24T20:15:00+01:00"}
	case !m.Expires.After(m.Sent):
		return &Fault{"expires", "is not after sent", "choose a later expiry"}
	case m.Expires.Sub(m.Sent) > MaxValidity:
		return &Fault{"expires", "is more than a year after sent", "choose an earlier expiry"}
	}
	return nil
}

func checkWords(m Message) *Fault {
	for _, word := range []struct {
		field, got string
		allowed    []string
	}{
		{"kind", string(m.Kind), names(Kinds())},
		{"msgType", string(m.MsgType), names([]MsgType{TypeAlert, TypeUpdate, TypeCancel})},
		{"urgency", string(m.Urgency), names([]Urgency{Immediate, Expected, Future})},
		{"severity", string(m.Severity), names([]Severity{SeverityExtreme, SeveritySevere, SeverityModerate, SeverityMinor, SeverityUnknown})},
		{"certainty", string(m.Certainty), names([]Certainty{CertaintyObserved, CertaintyLikely, CertaintyPossible, CertaintyUnlikely, CertaintyUnknown})},
	} {
		if !slices.Contains(word.allowed, word.got) {
			return &Fault{word.field, fmt.Sprintf("is %.40q", word.got), "use one of " + strings.Join(word.allowed, ", ")}
		}
	}
	return nil
}

func names[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

func checkReferences(m Message) *Fault {
	for i, ref := range m.References {
		if ref.UUID == uuid.Nil || ref == m.ID {
			return &Fault{fmt.Sprintf("references[%d]", i), "is empty or the message itself", "give the id of the earlier message"}
		}
	}
	needed := m.Kind.AnswersAnother() || m.MsgType != TypeAlert
	if needed && len(m.References) == 0 {
		return &Fault{"references", "is missing", "name the message that this one answers, corrects or cancels"}
	}
	// PLP.md, "Kinds of message": a disappearance needs a clearance reference.
	if m.Kind == Missing && strings.TrimSpace(m.Clearance) == "" {
		return &Fault{"clearance", "is missing", "give the reference under which the magistrate allowed the appeal"}
	}
	return nil
}

func checkTexts(m Message) *Fault {
	if len(m.Texts) == 0 {
		return &Fault{"texts", "is empty", "write the message in at least one of fr, nl, de, en"}
	}
	for lang, text := range m.Texts {
		field := "texts." + string(lang)
		switch {
		case !lang.Valid():
			return &Fault{"texts", "has a language other than fr, nl, de, en", "leave that language out"}
		case strings.TrimSpace(text.Title) == "":
			return &Fault{field + ".title", "is missing", "write a title, or leave the language out"}
		case !plainLine(text.Title, MaxTitle):
			return &Fault{field + ".title", fmt.Sprintf("is longer than %d characters or not one plain line", MaxTitle), "shorten it, and take out line breaks and control characters"}
		case strings.TrimSpace(text.Body) == "":
			return &Fault{field + ".body", "is missing", "write the text, or leave the language out"}
		case utf8.RuneCountInString(text.Body) > MaxBody:
			return &Fault{field + ".body", fmt.Sprintf("is longer than %d characters", MaxBody), "shorten it"}
		case unfit(text.Body):
			return &Fault{field + ".body", "has control or invisible characters", "type the text again without them"}
		}
	}
	return nil
}

func plainLine(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most && !strings.ContainsAny(s, "\n\u2028\u2029") && !unfit(s)
}

// unfit says whether s could look other than it is, or holds a control
// character that is neither a line feed nor a tab.
func unfit(s string) bool {
	return HasHidden(s) || strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) })
}

// decodeFault turns an error of encoding/json into a Fault that names the field.
func decodeFault(err error) *Fault {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType):
		return &Fault{cmp.Or(wrongType.Field, "message"), "is a JSON " + wrongType.Value, "see docs/message.schema.json for its type"}
	case errors.As(err, &syntax):
		return &Fault{"message", fmt.Sprintf("is not JSON from byte %d on", syntax.Offset), "publish one JSON object"}
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return &Fault{strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`), "is not a field of a message", "see docs/message.schema.json for the fields"}
	}
	return &Fault{"message", "cannot be read (an id, a date or the JSON itself is malformed)", "see docs/message.schema.json"}
}
