package sms

import (
	"slices"
	"strings"
	"unicode/utf16"
)

// Encoding is how a text travels over the air.
type Encoding string

// The two encodings of an SMS.
const (
	GSM7 Encoding = "GSM-7" // 3GPP TS 23.038, 6.2.1: the default alphabet and its extension table
	UCS2 Encoding = "UCS-2" // 3GPP TS 23.038, 6.2.3: anything else, at twice the cost or more
)

// Segments is what a text costs. Operators bill each part as one SMS.
type Segments struct {
	Encoding Encoding
	Units    int // septets, or 16-bit units
	Parts    int // 0 for an empty text
}

// 3GPP TS 23.038, 6.2.1: the basic table, without its escape, and the
// characters that need the escape before them. ç, ê, À and the typographic
// apostrophe are in neither.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtension = "\f^{}\\[~]|€"
)

// What a single SMS holds, and what each part of a longer one holds beside
// the header that joins the parts (3GPP TS 23.040, 9.2.3.24.1).
const (
	gsmSingle, gsmPart   = 160, 153
	ucs2Single, ucs2Part = 70, 67
)

// Count returns the encoding, length and parts of a text. No part ends within
// a character: an escape stays with what it escapes, a surrogate with its pair.
func Count(text string) Segments {
	e, width, single, part := encodingOf(text)
	s := Segments{Encoding: e}
	free := 0
	for _, r := range text {
		w := width(r)
		s.Units += w
		if w > free {
			s.Parts, free = s.Parts+1, part
		}
		free -= w
	}
	if s.Units > 0 && s.Units <= single {
		s.Parts = 1
	}
	return s
}

// Split returns what each part of a text holds, as many as Count says.
func Split(text string) []string {
	_, width, _, part := encodingOf(text)
	if Count(text).Parts == 1 {
		return []string{text}
	}
	var parts []string
	start, used := 0, 0
	for i, r := range text {
		w := width(r)
		if used+w > part {
			parts, start, used = append(parts, text[start:i]), i, 0
		}
		used += w
	}
	if start < len(text) {
		parts = append(parts, text[start:])
	}
	return parts
}

func encodingOf(text string) (e Encoding, width func(rune) int, single, part int) {
	if isGSM(text) {
		return GSM7, septets, gsmSingle, gsmPart
	}
	return UCS2, units16, ucs2Single, ucs2Part
}

// Costly lists the characters that GSM-7 does not have, each once, in order:
// one of them makes the whole text cost more than twice as much.
func Costly(text string) []rune {
	var found []rune
	for _, r := range text {
		if septets(r) == 0 && !slices.Contains(found, r) {
			found = append(found, r)
		}
	}
	return found
}

func isGSM(text string) bool {
	for _, r := range text {
		if septets(r) == 0 {
			return false
		}
	}
	return true
}

// septets is what a character takes in GSM-7, 0 if it has no place there.
func septets(r rune) int {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == ' ':
		return 1
	case strings.ContainsRune(gsmBasic, r):
		return 1
	case strings.ContainsRune(gsmExtension, r):
		return 2
	}
	return 0
}

// units16 is what a character takes in UCS-2, which carriers read as UTF-16.
func units16(r rune) int { return max(1, utf16.RuneLen(r)) }
