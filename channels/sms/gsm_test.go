package sms

import (
	"strings"
	"testing"
)

func TestCount(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want Segments
	}{
		"empty":                            {"", Segments{GSM7, 0, 0}},
		"one":                              {"a", Segments{GSM7, 1, 1}},
		"GSM-7 full":                       {strings.Repeat("a", 160), Segments{GSM7, 160, 1}},
		"GSM-7 over":                       {strings.Repeat("a", 161), Segments{GSM7, 161, 2}},
		"GSM-7 two full":                   {strings.Repeat("a", 306), Segments{GSM7, 306, 2}},
		"GSM-7 two over":                   {strings.Repeat("a", 307), Segments{GSM7, 307, 3}},
		"GSM-7 three full":                 {strings.Repeat("a", 459), Segments{GSM7, 459, 3}},
		"GSM-7 three over":                 {strings.Repeat("a", 460), Segments{GSM7, 460, 4}},
		"one ê in a full text":             {strings.Repeat("a", 159) + "ê", Segments{UCS2, 160, 3}},
		"accents within GSM-7":             {"è é ù ì ò à ä ö ü ß É Ç Ñ", Segments{GSM7, 25, 1}},
		"euro takes two":                   {strings.Repeat("€", 80), Segments{GSM7, 160, 1}},
		"euros over":                       {strings.Repeat("€", 81), Segments{GSM7, 162, 2}},
		"escape at the end of a part":      {strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), Segments{GSM7, 306, 3}},
		"escape fits the end of a part":    {strings.Repeat("a", 151) + "€" + strings.Repeat("a", 153), Segments{GSM7, 306, 2}},
		"all of the extension":             {"\f^{}\\[~]|€", Segments{GSM7, 20, 1}},
		"line breaks":                      {"a\nb\r\n", Segments{GSM7, 5, 1}},
		"escape itself":                    {"\x1b", Segments{UCS2, 1, 1}},
		"ê":                                {"ê" + strings.Repeat("a", 69), Segments{UCS2, 70, 1}},
		"ê over":                           {"ê" + strings.Repeat("a", 70), Segments{UCS2, 71, 2}},
		"small ç is not in GSM-7":          {"ç", Segments{UCS2, 1, 1}},
		"typographic apostrophe":           {"l’alerte", Segments{UCS2, 8, 1}},
		"backtick":                         {"`", Segments{UCS2, 1, 1}},
		"UCS-2 two full":                   {strings.Repeat("ê", 134), Segments{UCS2, 134, 2}},
		"UCS-2 two over":                   {strings.Repeat("ê", 135), Segments{UCS2, 135, 3}},
		"UCS-2 full":                       {strings.Repeat("ê", 70), Segments{UCS2, 70, 1}},
		"UCS-2 three full":                 {strings.Repeat("ê", 201), Segments{UCS2, 201, 3}},
		"UCS-2 three over":                 {strings.Repeat("ê", 202), Segments{UCS2, 202, 4}},
		"emoji takes two":                  {strings.Repeat("🚨", 35), Segments{UCS2, 70, 1}},
		"surrogates at the end of a part":  {strings.Repeat("ê", 66) + "🚨" + strings.Repeat("ê", 66), Segments{UCS2, 134, 3}},
		"surrogates fit the end of a part": {strings.Repeat("ê", 65) + "🚨" + strings.Repeat("ê", 67), Segments{UCS2, 134, 2}},
		"not UTF-8":                        {"\xff", Segments{UCS2, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Count(tt.text); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestAlphabetHas127AndTen(t *testing.T) {
	// 128 places, one of which is the escape.
	if got := len([]rune(gsmBasic)); got != 127 {
		t.Errorf("basic table: got %d characters, want 127", got)
	}
	if got := len([]rune(gsmExtension)); got != 10 {
		t.Errorf("extension: got %d characters, want 10", got)
	}
}

func TestTransliterate(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"Déjà écouté à 20 €":               "Déjà écouté à 20 €",
		"être âgé, île, hôpital, sûr":      "etre agé, ile, hopital, sur",
		"Noël naïf, un cœur, ŒUVRE, ça va": "Noel naif, un coeur, OEUVRE, ca va",
		"À L’ÉCOLE, TRÈS, ÊTRE":            "A L'ÉCOLE, TRES, ETRE",
		"« oui » – „ja“ … • ok":            `" oui " - "ja" ... - ok`,
		"coördinator, reële ruïne, ĳs":     "coördinator, reele ruine, ijs",
		"Straße, GROẞ, Übung":              "Straße, GROß, Übung",
		"e\u0301te\u0301, e\u0302tre":      "été, etre",
		"Łódź, Đorđe":                      "Lodz, Dorde",
		"19\u00a0h\u202f30":                "19 h 30",
		"Пожар 🔥 ê":                        "Пожар 🔥 e",
	} {
		if got := Transliterate(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
