package voice

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"relais/broker"
)

// sentence is text as it is read aloud: on one line, a line break being the
// end of a sentence, without what cannot be seen: two readers could hear
// different things, and some of it cannot stand in XML at all (XML 1.0, 2.2).
func sentence(text string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.Map(audible, norm.NFC.String(broker.Legible(text))), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, ended(line))
		}
	}
	return strings.Join(lines, " ")
}

// ended gives a line the full stop that a voice needs to pause.
func ended(line string) string {
	if strings.ContainsRune(".!?:;,…", []rune(line)[len([]rune(line))-1]) {
		return line
	}
	return line + "."
}

// name is text within a sentence.
func name(text string) string {
	return strings.Join(strings.Fields(strings.Map(audible, norm.NFC.String(broker.Legible(text)))), " ")
}

func audible(r rune) rune {
	switch {
	case r == '\n' || r == '\v' || r == '\f' || r == '\u0085' || r == '\r' || r == '\u2028' || r == '\u2029':
		return '\n'
	case r == '\t' || unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.In(r, unicode.Co, unicode.Cs) || r&0xfffe == 0xfffe:
		return -1
	}
	return r
}
