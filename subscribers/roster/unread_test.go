package roster

import (
	"strings"
	"testing"

	"relais/broker"
)

// What cannot be read says its line and what to do, in the reader's language.
func TestWhatCannotBeReadSaysWhatToDo(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		what unread
		line int
	}{
		"nothing":            {"", unreadEmpty, 0},
		"two parts":          {"rules: []\n---\nrules: []\n", unreadMore, 0},
		"an unknown key":     {"rules:\n  - whenn: now\n", unreadKey, 2},
		"a key twice":        {"rules: []\nrules: []\n", unreadTwice, 2},
		"a list for a word":  {"rules:\n  - when: [now]\n", unreadKind, 2},
		"a word for a list":  {"hello\n", unreadKind, 1},
		"no duration":        {"rules:\n  - approval: {within: soon}\n", unreadDuration, 2},
		"no time of day":     {"quiet_hours: {from: \"25:00\", to: \"07:00\"}\n", unreadValue, 1},
		"a tab":              {"rules:\n\t- when: now\n", unreadTab, 2},
		"a colon":            {"rules:\n  - when: now: then\n", unreadColon, 2},
		"an open quote":      {"rules:\n  - when: \"now\n", unreadQuote, 3},
		"an open bracket":    {"rules:\n  - kinds: [alert\n    when: now\n", unreadBracket, 3},
		"a crooked line":     {"rules:\n  - when: now\n   kinds: [alert]\n", unreadIndent, 3},
		"a line too far out": {"rules:\n  - when: now\n kinds: [alert]\n", unreadIndent, 3},
		"an at sign":         {"rules: @x\n", unreadSign, 1},
		"what has no letter": {"rules: \x01\n", unreadOther, 0},
	} {
		for _, lang := range append(broker.Langs(), "") {
			entries, faults, err := ReadPlans(strings.NewReader(test.text), lang)
			if err != nil || len(entries) > 0 || len(faults) != 1 {
				t.Errorf("%s in %s: %d plans, %v, %v", name, lang, len(entries), faults, err)
				continue
			}
			want := unreadable(test.what, test.line, lang)
			if test.what == unreadKey {
				want.Field = "whenn"
			}
			if test.what == unreadValue && (lang == broker.English || lang == "") {
				want.Problem = `"25:00" is not a time of day; write it as 18:00`
			}
			if faults[0] != want {
				t.Errorf("%s in %s: got %v, want %v", name, lang, faults[0], want)
			}
		}
	}
}

// Every way has its words in every language, and no two languages share any.
func TestUnreadWordsAreComplete(t *testing.T) {
	english := unreadEnglish()
	for lang, words := range map[broker.Lang]map[unread]unreadWords{broker.French: unreadFrench(), broker.Dutch: unreadDutch(), broker.German: unreadGerman()} {
		for what, said := range english {
			if words[what].problem == "" || words[what].remedy == "" || words[what].problem == said.problem || words[what].remedy == said.remedy {
				t.Errorf("%s: %s is not said", lang, what)
			}
		}
		if len(words) != len(english) {
			t.Errorf("%s has %d, want %d", lang, len(words), len(english))
		}
	}
}
