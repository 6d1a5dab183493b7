package subscribers

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Intent is what somebody wants who writes to the number that messages come from.
type Intent string

// What a text can mean.
const (
	WantsStop   Intent = "stop"   // PLP.md, rule 10
	WantsStart  Intent = "start"  // to come back after a stop
	WantsDecide Intent = "decide" // an approver's answer to a question
	WantsOther  Intent = "other"  // anything else: a person must read it
)

// Reply is a text that came in, understood.
type Reply struct {
	Intent Intent
	To     ApprovalState // for WantsDecide: ApprovalApproved or ApprovalRefused
	Code   string        // for WantsDecide: the approval's code; empty if none was given
	// Rest is what stands beside yes or no and the code. Of a no it is the
	// reason. With a yes nothing is decided: "OK but change the street" is no yes.
	Rest string
}

// maxReplyReason is the longest reason that is kept, in characters.
const maxReplyReason = 500

// ParseReply understands a text in any case and accent, in any of the four
// languages, with whatever punctuation, quotes, emoji and unusual blanks.
//
// To stop or to start, nothing but polite words may stand beside the word: it
// must not be found in what is written about something else ("Stop the thief").
func ParseReply(text string) Reply {
	words := split(text)
	switch {
	case only(words, isStop):
		return Reply{Intent: WantsStop}
	case only(words, isStart):
		return Reply{Intent: WantsStart}
	}
	if r, ok := decision(words); ok {
		return r
	}
	return Reply{Intent: WantsOther}
}

// word is one run of letters or of digits.
type word struct {
	folded string // lower case, without accents
	rest   string // what follows it, as it was written
}

// split takes a text apart. Full-width letters and digits become plain ones
// (Unicode, NFKC), what cannot be seen goes, an apostrophe joins.
func split(text string) []word {
	text = norm.NFKC.String(strings.Map(visible, strings.ToValidUTF8(text, " ")))
	var words []word
	var now strings.Builder
	var digits bool
	end := func(at int) {
		if now.Len() > 0 {
			words = append(words, word{fold(now.String()), text[at:]})
			now.Reset()
		}
	}
	for i, r := range text {
		number := '0' <= r && r <= '9'
		switch {
		case number || unicode.IsLetter(r) || unicode.IsMark(r):
			if number != digits {
				end(i)
			}
			digits = number
			now.WriteRune(r)
		case r == '\'' || r == '’': // d'accord, s'il
		default:
			end(i)
		}
	}
	end(len(text))
	return words
}

func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// fold is what all spellings of a word have in common.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
	return strings.ReplaceAll(s, "ß", "ss")
}

// only says whether a text holds such a word, and beside it polite ones alone.
func only(words []word, means func(string) bool) bool {
	found := false
	for _, w := range words {
		switch {
		case means(w.folded):
			found = true
		case !isPolite(w.folded):
			return false
		}
	}
	return found
}

// decision reads "OK 4821", "4821 ok", "ok4821", "NON 4821 and why", "OUI".
func decision(words []word) (Reply, bool) {
	before, words := code(words)
	if len(words) == 0 {
		return Reply{}, false
	}
	r := Reply{Intent: WantsDecide, Code: before}
	verb := words[0]
	switch {
	case verb.folded == "d" && len(words) > 1 && words[1].folded == "accord": // d accord
		r.To, words = ApprovalApproved, words[1:]
	case isYes(verb.folded):
		r.To = ApprovalApproved
	case isNo(verb.folded):
		r.To = ApprovalRefused
	default:
		return Reply{}, false
	}
	rest, words := words[0].rest, words[1:]
	if before == "" {
		after, left := code(labelled(words))
		if after != "" {
			r.Code, rest, words = after, words[len(words)-len(left)-1].rest, left
		}
	}
	if !polite(words) {
		r.Rest = reason(rest)
	}
	return r, true
}

// code takes the four digits that a text begins with, together or apart ("48 21").
func code(words []word) (string, []word) {
	digits := ""
	for i, w := range words {
		if w.folded == "" || w.folded[0] < '0' || w.folded[0] > '9' {
			break
		}
		digits += w.folded
		if len(digits) == codeDigits {
			return digits, words[i+1:]
		}
	}
	return "", words
}

// labelled leaves out what stands before a number: "n° 4821".
func labelled(words []word) []word {
	if len(words) > 1 && isNumberLabel(words[0].folded) {
		return words[1:]
	}
	return words
}

// polite says whether words add nothing: "OK merci".
func polite(words []word) bool {
	for _, w := range words {
		if !isPolite(w.folded) {
			return false
		}
	}
	return true
}

// reason is one line of what somebody wrote, without the signs before it.
func reason(text string) string {
	text = strings.TrimLeftFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(text); len(runes) > maxReplyReason {
		text = strings.TrimSpace(string(runes[:maxReplyReason])) + "…"
	}
	return strings.TrimRight(text, ` "»”`)
}
