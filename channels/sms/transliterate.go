package sms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Transliterate writes a text with the characters of GSM-7 where that can be
// done: ê becomes e, œ becomes oe, ’ becomes '. What has no such form, as
// Cyrillic or an emoji, stays. It changes nothing in a text that is GSM-7.
func Transliterate(text string) string {
	written, _ := TransliterateVisibly(text)
	return written
}

// Change is one place where Transliterate wrote something else.
type Change struct {
	At   int    // where To begins in the transliterated text, in bytes
	From string // a letter with its accents
	To   string
}

// TransliterateVisibly transliterates and says what it changed, in order, so
// that it can be shown and undone.
func TransliterateVisibly(text string) (string, []Change) {
	if isGSM(text) {
		return text, nil
	}
	var b strings.Builder
	var changes []Change
	for len(text) > 0 {
		// A letter may be followed by its accents (Unicode UAX 15).
		n := norm.NFC.NextBoundaryInString(text, true)
		from, to := text[:n], ""
		for _, r := range norm.NFC.String(from) {
			to += nearest(r)
		}
		if to != from {
			changes = append(changes, Change{b.Len(), from, to})
		}
		b.WriteString(to)
		text = text[n:]
	}
	return b.String(), changes
}

// Restore undoes TransliterateVisibly.
func Restore(text string, changes []Change) string {
	var b strings.Builder
	from := 0
	for _, c := range changes {
		b.WriteString(text[from:c.At] + c.From)
		from = c.At + len(c.To)
	}
	return b.String() + text[from:]
}

// nearest is the GSM-7 form of a character, or the character.
func nearest(r rune) string {
	if septets(r) > 0 {
		return string(r)
	}
	if form := spelled(r); form != "" {
		return form
	}
	if base := unaccented(r); septets(base) > 0 {
		return string(base)
	}
	return string(r)
}

// spelled is the form of what no accent can be taken from, "" if it has none.
func spelled(r rune) string {
	for _, form := range []struct{ of, is string }{
		{"‘’‚‛′ʼ`´", "'"},
		{"“”„‟″«»", `"`},
		{"‹", "<"}, {"›", ">"},
		{"‐‑‒–—―−•·", "-"},
		{"…", "..."},
		{"œ", "oe"}, {"Œ", "OE"},
		{"ĳ", "ij"}, {"Ĳ", "IJ"},
		{"ẞ", "ß"},
		{"ł", "l"}, {"Ł", "L"},
		{"đ", "d"}, {"Đ", "D"},
		{"°", "o"},
		{"\t", " "},
	} {
		if strings.ContainsRune(form.of, r) {
			return form.is
		}
	}
	if unicode.Is(unicode.Zs, r) { // no-break and thin spaces
		return " "
	}
	return ""
}

// unaccented is the letter below the accents of r.
func unaccented(r rune) rune {
	for _, base := range norm.NFD.String(string(r)) {
		return base
	}
	return r
}
