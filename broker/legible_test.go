package broker

import "testing"

func TestLegible(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"plain":                     {"Véhicule suspect, rue des Érables", "Véhicule suspect, rue des Érables"},
		"lines and blanks stay":     {"a\n\tb\u00a0c\u202fd\u2028e", "a\n\tb\u00a0c\u202fd\u2028e"},
		"controls":                  {"a\x00b\x1b[31mc\x7f", "ab[31mc"},
		"not UTF-8":                 {"a\xff\xfeb\ufffd", "ab"},
		"override":                  {"le \u202e101\u202c", "le 101"},
		"embeddings":                {"\u202aa\u202bb\u202dc", "abc"},
		"isolates":                  {"\u2066a\u2067b\u2068c\u2069", "abc"},
		"marks of direction":        {"a\u200e\u200f\u061cb", "ab"},
		"zero width":                {"ti\u200btel\u2060\ufeff\u00ad", "titel"},
		"joiner between letters":    {"a\u200db\u200cc", "abc"},
		"joiners alone":             {"\u200d\u200c", ""},
		"grapheme joiner, fillers":  {"a\u034fb\u115fc\u3164d\uffa0", "abcd"},
		"tags":                      {"a\U000e0041\U000e007fb", "ab"},
		"family":                    {"👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		"heart on fire":             {"❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"},
		"tone of skin":              {"👩🏽\u200d🚒", "👩🏽\u200d🚒"},
		"head shaking":              {"🙂\u200d↔\ufe0f", "🙂\u200d↔\ufe0f"},
		"emoji, then nothing":       {"👩\u200d", "👩"},
		"emoji, then a letter":      {"👩\u200da", "👩a"},
		"two joiners":               {"👩\u200d\u200d🚒", "👩\u200d🚒"},
		"apart, between emoji":      {"👩\u200c🚒", "👩🚒"},
		"Persian":                   {"می\u200cخواهم", "می\u200cخواهم"},
		"Persian, two":              {"می\u200c\u200cخواهم", "می\u200cخواهم"},
		"Hindi":                     {"क्\u200dष", "क्\u200dष"},
		"Arabic with an override":   {"\u202eمرحبا\u202c", "مرحبا"},
		"Arabic number sign":        {"\u0600١٢", "\u0600١٢"},
		"hidden before the joiner":  {"👩\u200b\u200d🚒", "👩\u200d🚒"},
		"hidden between two joined": {"👩\u200d\u200b🚒", "👩🚒"},
	} {
		got := Legible(tc.in)
		if got != tc.want {
			t.Errorf("%s: got %+q, want %+q", name, got, tc.want)
		}
		if again := Legible(got); again != got {
			t.Errorf("%s: a second time gives %+q", name, again)
		}
		if hides := HasHidden(tc.in); hides != (tc.in != tc.want) {
			t.Errorf("%s: HasHidden says %v", name, hides)
		}
	}
}
