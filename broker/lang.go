package broker

// Lang is one of the four languages that Relais speaks (ISO 639-1).
type Lang string

// The three languages of Belgium, and English as a courtesy.
const (
	French  Lang = "fr"
	Dutch   Lang = "nl"
	German  Lang = "de"
	English Lang = "en"
)

// Langs lists every language, in the order in which pages offer them.
func Langs() []Lang { return []Lang{French, Dutch, German, English} }

// Valid says whether l is one of Langs.
func (l Lang) Valid() bool {
	switch l {
	case French, Dutch, German, English:
		return true
	}
	return false
}
