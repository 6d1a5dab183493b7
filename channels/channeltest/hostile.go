package channeltest

// Hostile is a text that somebody could write to mislead or to break out, and
// what of it a reader may get to see or hear: on one line, blanks as they fall.
type Hostile struct{ Name, Text, Seen string }

// HostileTexts are what every channel's renderer is tried with (decision 0027).
func HostileTexts() []Hostile {
	return []Hostile{
		{"line break", "Titel\r\nBcc: eve", "Titel Bcc: eve"},
		{"bare line feed", "Titel\nBcc: eve", "Titel Bcc: eve"},
		{"line separators", "Titel\u2028Bcc\u2029eve\u0085x", "Titel Bcc eve x"},
		{"controls", "Ti\x00tel\x1b[31m\x7f", "Titel[31m"},
		{"not UTF-8", "Titel \xff\xfe", "Titel"},
		{"override", "au \u202e101\u202c", "au 101"},
		{"embeddings", "au \u202a1\u202b0\u202d1", "au 101"},
		{"isolates", "au \u20661\u20670\u20681\u2069", "au 101"},
		{"marks of direction", "au\u200e 1\u200f0\u061c1", "au 101"},
		{"zero width", "Ti\u200bt\u2060e\ufeffl\u00ad", "Titel"},
		{"joiners between letters", "Ti\u200dt\u200cel", "Titel"},
		{"family", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"Persian", "می\u200cخواهم", "می\u200cخواهم"},
	}
}
