package web

import (
	"strings"
	"unicode"
)

// oneLine makes one plain line of what somebody typed: blanks and line breaks
// become one blank, and what cannot be seen goes (Unicode TR 36, 2.4; the
// zero-width joiner stays, for emoji use it).
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		if !unicode.IsSpace(r) && r != '\u200d' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r)) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// unixLines undoes the line breaks that a browser sends (HTML, form submission).
func unixLines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
