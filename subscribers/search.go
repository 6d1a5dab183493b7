package subscribers

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"relais/broker"
)

// Search says which of a zone's messages somebody looks for. What is zero asks
// for nothing.
type Search struct {
	Zone        broker.ZoneID
	Words       []string // each stands in the title or the body, in any language, whatever its case and accents; begin with NewWords
	Kind        broker.Kind
	Partnership broker.PartnershipID // it was routed there, or refused there
	From, Until time.Time            // when it was received: From is in, Until is not
	After       SearchMark           // the page after this one's
	Limit       int
}

// SearchMark is where a page ends; zero: before the newest.
type SearchMark struct {
	Received time.Time
	ID       broker.MessageID
}

// FoundMessage is one that a search found, in its newest revision.
type FoundMessage struct {
	Message broker.Message
	Mark    SearchMark
}

// maxWords bounds what one search compares.
const maxWords = 6

// NewWords splits what somebody typed into words to look for, folded.
func NewWords(typed string) []string {
	words := strings.FieldsFunc(fold(typed), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return words[:min(len(words), maxWords)]
}

// HasWords says whether each of some folded words stands in a text.
func HasWords(text string, words []string) bool {
	folded := fold(text)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(folded, word) })
}

// Matches says whether a message is what is looked for, as far as its text and
// its kind tell.
func (s Search) Matches(m broker.Message) bool {
	if s.Kind != "" && s.Kind != m.Kind {
		return false
	}
	var text strings.Builder
	for _, t := range m.Texts {
		text.WriteString(t.Title + "\n" + t.Body + "\n")
	}
	return HasWords(text.String(), s.Words)
}
