package sms

import (
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
	if isGSM(text) {
		return pack(text, GSM7, septets, gsmSingle, gsmPart)
	}
	return pack(text, UCS2, units16, ucs2Single, ucs2Part)
}

func pack(text string, e Encoding, width func(rune) int, single, part int) Segments {
	s := Segments{Encoding: e}
	parts, free := 0, 0
	for _, r := range text {
		w := width(r)
		s.Units += w
		if w > free {
			parts, free = parts+1, part
		}
		free -= w
	}
	s.Parts = parts
	if s.Units > 0 && s.Units <= single {
		s.Parts = 1
	}
	return s
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
