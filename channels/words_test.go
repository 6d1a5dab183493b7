package channels

import (
	"reflect"
	"strings"
	"testing"

	"relais/broker"
)

func TestWordsAreThereInEveryLanguage(t *testing.T) {
	words, err := LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range broker.Langs() {
		w := reflect.ValueOf(words[lang])
		for i := range w.NumField() {
			if w.Field(i).IsZero() {
				t.Errorf("%s: no words for %s", lang, w.Type().Field(i).Name)
			}
		}
		for _, kind := range broker.Kinds() {
			if words[lang].Kinds[kind] == "" {
				t.Errorf("%s: no word for %s", lang, kind)
			}
		}
		// PLP.md, rule 1.
		if e := words[lang].Emergency; !strings.Contains(e, "101") || !strings.Contains(e, "112") {
			t.Errorf("%s: got %q, want both numbers", lang, e)
		}
		if strings.Count(words[lang].Why, "%s") != 1 {
			t.Errorf("%s: %q has no place for the partnership", lang, words[lang].Why)
		}
	}
}
