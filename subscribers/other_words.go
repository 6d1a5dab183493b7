package subscribers

import (
	"fmt"

	"relais/broker"
)

// withOthers names a partnership and says how many there are besides, for what is
// said once about all of them.
func (p Partnership) withOthers(n int, lang broker.Lang) string {
	if n <= 0 {
		return p.Name
	}
	w := otherWordsIn(lang)
	return p.Name + " " + plural(n, w.one, w.many)
}

// waitForWord says that it waits to hear what came of a message, and the others.
func (p Partnership) waitForWord(others int, lang broker.Lang) string {
	w := otherWordsIn(lang)
	if others > 0 {
		return fmt.Sprintf(w.wait, p.withOthers(others, lang))
	}
	return fmt.Sprintf(w.waits, p.Name)
}

// otherWords are said of one partnership and of several, in one language.
type otherWords struct {
	one, many   string // how many more there are
	waits, wait string // for word of what came of a message
}

func otherWordsIn(lang broker.Lang) otherWords {
	switch lang {
	case broker.French:
		return otherWords{
			"et %d autre partenariat", "et %d autres partenariats",
			"%s attend de savoir ce qu'il en est advenu.", "%s attendent de savoir ce qu'il en est advenu.",
		}
	case broker.Dutch:
		return otherWords{
			"en %d ander netwerk", "en %d andere netwerken",
			"%s wacht op nieuws over de afloop.", "%s wachten op nieuws over de afloop.",
		}
	case broker.German:
		return otherWords{
			"und %d andere Partnerschaft", "und %d andere Partnerschaften",
			"%s wartet darauf zu erfahren, was daraus geworden ist.", "%s warten darauf zu erfahren, was daraus geworden ist.",
		}
	}
	return otherWords{
		"and %d other partnership", "and %d other partnerships",
		"%s waits to hear what came of it.", "%s wait to hear what came of it.",
	}
}
