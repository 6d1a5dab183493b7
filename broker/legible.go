package broker

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Legible returns s without what makes a text look or sound other than it is
// (Unicode TR 36, 2.4; decision 0027): control characters, marks that turn the
// direction of writing, and characters that cannot be seen. A joiner stays
// where it is part of what is written, between two emoji and after a letter of
// a script that needs it. Blanks and line breaks of every kind stay, for only
// who shows the text knows what becomes of them.
func Legible(s string) string {
	if !strings.ContainsFunc(s, suspect) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	before := rune(-1) // the last character that stays, but for a variation selector
	for i, r := range s {
		if suspect(r) && !joins(before, r, s[i:]) {
			continue
		}
		b.WriteRune(r)
		if r != emojiStyle {
			before = r
		}
	}
	return b.String()
}

// HasHidden says whether s holds anything that Legible takes out.
func HasHidden(s string) bool { return !utf8.ValidString(s) || Legible(s) != s }

// The joiners, and the selector that makes an emoji of a sign (UTS 51, 1.4.3).
const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	emojiStyle         = '\ufe0f'
)

// suspect says whether r is taken out, unless it is a joiner in its place.
func suspect(r rune) bool {
	switch {
	case unicode.IsSpace(r): // with tab and line feed, which are controls
		return false
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // the Arabic number signs, which are seen
		return false
	}
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
}

// joins says whether r, with which rest begins, is a joiner in its place:
// before and after it stands what it joins or keeps apart. What stands before
// cannot be a joiner, so that two never follow each other.
func joins(before, r rune, rest string) bool {
	if r != zeroWidthJoiner && r != zeroWidthNonJoiner {
		return false
	}
	if unicode.In(before, unicode.L, unicode.M) && unicode.In(before, joining()...) {
		return true // Persian and the Indic scripts write words with it (RFC 5892, A.1 and A.2)
	}
	after, _ := utf8.DecodeRuneInString(strings.TrimPrefix(rest, string(r)))
	return r == zeroWidthJoiner && emoji(before) && emoji(after)
}

func joining() []*unicode.RangeTable {
	return []*unicode.RangeTable{
		unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian,
		unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil,
		unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
	}
}

// emoji says whether r can be one: arrows, signs, pictures and tones of skin.
func emoji(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff || r >= 0x2190 && r <= 0x2bff && unicode.In(r, unicode.So, unicode.Sm)
}
