package subscribers

import (
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

// otherWords is how many more partnerships there are, in one language.
type otherWords struct{ one, many string }

func otherWordsIn(lang broker.Lang) otherWords {
	switch lang {
	case broker.French:
		return otherWords{"et %d autre partenariat", "et %d autres partenariats"}
	case broker.Dutch:
		return otherWords{"en %d ander netwerk", "en %d andere netwerken"}
	case broker.German:
		return otherWords{"und %d andere Partnerschaft", "und %d andere Partnerschaften"}
	}
	return otherWords{"and %d other partnership", "and %d other partnerships"}
}
