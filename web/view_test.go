package web

import (
	"testing"
	"time"

	"relais/broker"
)

func TestLanguage(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		name, path, accept, want string
	}{
		{"the browser's", "/", "nl-BE,nl;q=0.9,en;q=0.8", "nl"},
		{"the browser's second", "/", "pl,de;q=0.5", "de"},
		{"none of ours", "/", "pl", "en"},
		{"none", "/", "", "en"},
		{"chosen", "/?lang=fr", "nl", "fr"},
		{"chosen wrongly", "/?lang=xx", "nl", "nl"},
		{"the recipient's own", w.link("decide", askID), "nl", "fr"},
		{"the recipient's choice", w.link("decide", askID) + "?lang=de", "nl", "de"},
	} {
		answer := w.do(request{path: test.path, accept: test.accept})
		if got := langOf(answer.Body.String()); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func langOf(page string) string {
	const mark = `<html lang="`
	for i := range page {
		if i+len(mark)+2 <= len(page) && page[i:i+len(mark)] == mark {
			return page[i+len(mark) : i+len(mark)+2]
		}
	}
	return ""
}

func TestWhen(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, time.November, 23, 23, 30, 0, 0, brussels)
	for _, test := range []struct {
		at   time.Time
		want map[broker.Lang]string
	}{
		{now.Add(-3 * time.Hour), map[broker.Lang]string{broker.French: "aujourd’hui à 20\u00a0h\u00a030", broker.Dutch: "vandaag om 20.30 uur", broker.German: "heute um 20:30 Uhr", broker.English: "today at 20:30"}},
		{now.Add(time.Hour).UTC(), map[broker.Lang]string{broker.French: "demain à 0\u00a0h\u00a030", broker.Dutch: "morgen om 0.30 uur", broker.German: "morgen um 0:30 Uhr", broker.English: "tomorrow at 0:30"}},
		{now.Add(-24 * time.Hour), map[broker.Lang]string{broker.French: "hier à 23\u00a0h\u00a030", broker.Dutch: "gisteren om 23.30 uur", broker.German: "gestern um 23:30 Uhr", broker.English: "yesterday at 23:30"}},
		{time.Date(2026, time.December, 1, 9, 5, 0, 0, brussels), map[broker.Lang]string{broker.French: "mardi 1er décembre à 9\u00a0h\u00a005", broker.Dutch: "dinsdag 1 december om 9.05 uur", broker.German: "Dienstag, 1. Dezember, um 9:05 Uhr", broker.English: "Tuesday 1 December at 9:05"}},
		{time.Date(2027, time.March, 14, 18, 0, 0, 0, brussels), map[broker.Lang]string{broker.French: "dimanche 14 mars 2027 à 18\u00a0h\u00a000", broker.Dutch: "zondag 14 maart 2027 om 18.00 uur", broker.German: "Sonntag, 14. März 2027, um 18:00 Uhr", broker.English: "Sunday 14 March 2027 at 18:00"}},
	} {
		for lang, want := range test.want {
			v := view{Lang: lang, texts: texts[lang], now: now, loc: brussels}
			if got := v.When(test.at); got != want {
				t.Errorf("%s: got %q, want %q", lang, got, want)
			}
		}
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"  deux\r\nlignes\t ici ":     "deux lignes ici",
		"a\u202eb\u200bc":             "abc",
		"a\x00b\xffc":                 "abc",
		"👩\u200d🚒":                    "👩\u200d🚒",
		"l\u00a0espace\u00a0conservé": "l espace conservé",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("oneLine(%q): got %q, want %q", in, got, want)
		}
	}
}
