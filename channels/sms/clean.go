package sms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"relais/broker"
)

// clean keeps what may stand in an SMS: line breaks and what can be seen. An
// accent after its letter is joined with it, and every blank becomes a plain
// one: neither can be seen, and each would double the price.
func clean(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimSpace(norm.NFC.String(strings.Map(printable, broker.Legible(text))))
}

// line is clean text on one line.
func line(text string) string {
	return strings.Join(strings.Fields(clean(text)), " ")
}

func printable(r rune) rune {
	switch {
	case r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		return '\n'
	case r == '\t' || unicode.Is(unicode.Zs, r):
		return ' '
	}
	return r
}
