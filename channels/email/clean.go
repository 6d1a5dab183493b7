package email

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"relais/broker"
)

// mailbox says whether s can stand in an SMTP command and in angle brackets.
// Quoted local parts are left out: they can hold blanks and brackets, and no
// member has one.
func mailbox(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && len(s) <= 254 && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, unfit) && !strings.ContainsAny(s[:at], `@"(),:;[\]`)
}

// link says whether s can stand in angle brackets in a header, whose lines have
// at most 998 characters (RFC 5322, 2.1.1), and in a page.
func link(s string) bool {
	return len(s) <= 900 && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) &&
		ascii(s) && !strings.ContainsFunc(s, unfit)
}

// unfit says whether r ends or breaks a word in a header or command.
func unfit(r rune) bool {
	return r == '<' || r == '>' || r == '"' || unicode.IsSpace(r) || hidden(r)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// hidden says whether r cannot be seen; an address has no need of any.
func hidden(r rune) bool {
	if r < utf8.RuneSelf { // nearly each; the tables take ten times as long
		return r < ' ' || r == 0x7f
	}
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// oneLine makes a title or name fit for a header: no line break, no hidden
// character, no run of blanks, and nothing that a reader would decode (RFC
// 2047, 2), for an encoded word could hold a line break.
func oneLine(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(visible(s)), " "), "=?", "= ?")
}

// paragraphs cuts a text at its empty lines, and each paragraph into its lines.
func paragraphs(s string) [][]string {
	var all [][]string
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(s, "\r\n", "\n") + "\n\n") {
		line = strings.TrimSpace(visible(line))
		if line != "" {
			lines = append(lines, line)
			continue
		}
		if lines != nil {
			all, lines = append(all, lines), nil
		}
	}
	return all
}

// visible takes out what is hidden; what ends a line or column becomes a blank.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, broker.Legible(s))
}
