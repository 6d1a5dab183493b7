package subscribers

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Street is a street, or a part of one, that belongs to a partnership.
type Street struct {
	Name     string   `yaml:"name"`
	Also     []string `yaml:"also,omitempty"`     // its name in other languages
	Postcode string   `yaml:"postcode,omitempty"` // empty: any
	From     int      `yaml:"from,omitempty"`     // the first house number; 0: from the beginning
	To       int      `yaml:"to,omitempty"`       // the last one; 0: to the end
	Side     Side     `yaml:"side,omitempty"`     // empty: both
}

// Side is one side of a street.
type Side string

// The sides.
const (
	Odd  Side = "odd"
	Even Side = "even"
)

// Home is where somebody lives, as they type it.
type Home struct {
	Street   string
	Number   string // "12", "12 bte 3"
	Postcode string
}

// Covers says whether somebody who lives there belongs to the partnership's
// area. One that lists no streets takes everybody at their word.
func (p Partnership) Covers(home Home) bool {
	return len(p.Streets) == 0 || slices.ContainsFunc(p.Streets, func(s Street) bool { return s.holds(home) })
}

func (s Street) holds(home Home) bool {
	if !s.named(home.Street) {
		return false
	}
	if s.Postcode != "" && s.Postcode != strings.TrimSpace(home.Postcode) {
		return false
	}
	return s.holdsNumber(houseNumber(home.Number))
}

// named says whether somebody who typed a name meant this street.
func (s Street) named(typed string) bool {
	typed = foldStreet(typed)
	same := func(name string) bool { return foldStreet(name) == typed }
	return same(s.Name) || slices.ContainsFunc(s.Also, same)
}

// holdsNumber takes a number that cannot be read only where all of the street
// belongs to the area.
func (s Street) holdsNumber(n int) bool {
	if s.From == 0 && s.To == 0 && s.Side == "" {
		return true
	}
	switch {
	case n <= 0, n < s.From, s.To > 0 && n > s.To:
		return false
	case s.Side == Odd:
		return n%2 == 1
	case s.Side == Even:
		return n%2 == 0
	}
	return true
}

// houseNumber reads the digits at the beginning: 12 of "12 bte 3" and of "12A".
// What has none is 0.
func houseNumber(typed string) int {
	typed = strings.TrimSpace(typed)
	end := strings.IndexFunc(typed, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(typed)
	}
	n, err := strconv.Atoi(typed[:end])
	if err != nil {
		return 0
	}
	return n
}

// foldStreet is what the ways of writing one street's name have in common:
// without case, accents, hyphens and the usual abbreviations.
func foldStreet(name string) string {
	short := map[string]string{
		"av": "avenue", "bd": "boulevard", "bld": "boulevard", "bvd": "boulevard", "ch": "chaussee", "chee": "chaussee", "r": "rue", "pl": "place",
		"st": "saint", "ste": "sainte", "rte": "route", "all": "allee", "imp": "impasse",
	}
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		}
		return ' '
	}, norm.NFD.String(strings.ReplaceAll(strings.ToLower(name), "ß", "ss")))
	words := strings.Fields(plain)
	for i, word := range words {
		if whole, known := short[word]; known {
			words[i] = whole
		}
		for abbreviated, whole := range map[string]string{"str": "strasse", "ln": "laan", "pln": "plein"} {
			if stem, cut := strings.CutSuffix(words[i], abbreviated); cut && i == len(words)-1 && len(stem) > 2 {
				words[i] = stem + whole
			}
		}
	}
	return strings.Join(words, " ")
}
