package sms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// clean keeps what may stand in an SMS: line breaks and printable characters.
// Control characters and invisible marks could make a text look other than it
// is (Unicode TR 36, 2.4); the zero-width joiner stays, for emoji use it. An
// accent after its letter is joined with it, and every blank becomes a plain
// one: neither can be seen, and each would double the price.
func clean(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimSpace(norm.NFC.String(strings.Map(printable, text)))
}

// line is clean text on one line.
func line(text string) string {
	return strings.Join(strings.Fields(clean(text)), " ")
}

func printable(r rune) rune {
	switch {
	case r == '\n' || r == '\u200d':
		return r
	case r == '\r' || r == '\u2028' || r == '\u2029':
		return '\n'
	case r == '\t' || unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
		return -1
	}
	return r
}
