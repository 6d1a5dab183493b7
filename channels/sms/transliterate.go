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
	if isGSM(text) {
		return text
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(text) {
		b.WriteString(nearest(r))
	}
	return b.String()
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
