package subscribers

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"relais/broker"
)

// LikelyDuplicates lists those of recent messages that probably say the same as
// a new one: two officers heard the same call. They have the same kind, an area
// in common, a text close to it, and were sent within the window before it.
func LikelyDuplicates(m broker.Message, recent []broker.Message, window time.Duration) []broker.Message {
	return slices.DeleteFunc(slices.Clone(recent), func(other broker.Message) bool {
		return other.ID == m.ID || other.Kind != m.Kind || other.MsgType != broker.TypeAlert || other.Zone != m.Zone ||
			!other.Expires.After(m.Sent) || m.Sent.Sub(other.Sent).Abs() > window ||
			!shareArea(m, other) || !likeText(m, other)
	})
}

// MayRepeat says whether a message can be a duplicate: what is about an earlier
// message is meant to come after it.
func MayRepeat(m broker.Message) bool {
	return m.MsgType == broker.TypeAlert && len(m.References) == 0 && m.Kind != broker.Test
}

func shareArea(a, b broker.Message) bool {
	if len(a.Partnerships) == 0 || len(b.Partnerships) == 0 {
		return true // the whole zone
	}
	return slices.ContainsFunc(a.Partnerships, func(id broker.PartnershipID) bool { return slices.Contains(b.Partnerships, id) })
}

// likeEnough is from which likeness on two texts probably say the same; 1 is
// equal. Reports of one burglary by two people lie between 0.5 and 0.8, two
// burglaries in other streets below 0.45 (likeness_test.go).
const likeEnough = 0.48

func likeText(a, b broker.Message) bool {
	for lang, text := range a.Texts {
		if other, both := b.Texts[lang]; both && Likeness(text, other) >= likeEnough {
			return true
		}
	}
	return false
}

// Likeness compares two texts by the groups of three letters that they share
// (Dice's coefficient), from 0 to 1, without regard to case, accents and signs.
func Likeness(a, b broker.Text) float64 {
	left, right := trigrams(a.Title+" "+a.Body), trigrams(b.Title+" "+b.Body)
	if len(left)+len(right) == 0 {
		return 0
	}
	shared := 0
	for group := range left {
		if right[group] {
			shared++
		}
	}
	return 2 * float64(shared) / float64(len(left)+len(right))
}

func trigrams(text string) map[string]bool {
	groups := make(map[string]bool)
	for _, word := range strings.FieldsFunc(plainLetters(text), func(r rune) bool { return r == ' ' }) {
		letters := []rune(" " + word + " ")
		for i := 0; i+3 <= len(letters); i++ {
			groups[string(letters[i:i+3])] = true
		}
	}
	return groups
}

// plainLetters leaves lower-case letters without accents, digits and blanks.
func plainLetters(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFD.String(text))
}
