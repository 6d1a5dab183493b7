package web

import (
	"strings"
	"testing"

	"relais/broker"
	"relais/subscribers"
)

// Whoever opens a page during a trial reads that hardly anybody gets messages.
func TestEveryPageSaysThatItIsATrial(t *testing.T) {
	for recipients, want := range map[int]map[broker.Lang]string{
		0: {broker.French: "Essai : 0 adresse seulement", broker.English: "Trial: only 0 addresses"},
		1: {broker.Dutch: "Proef: alleen 1 adres krijgt", broker.German: "Probelauf: Nur 1 Adresse erhält"},
		3: {broker.French: "Essai : 3 adresses", broker.Dutch: "3 adressen krijgen", broker.German: "3 Adressen erhalten", broker.English: "only 3 addresses"},
	} {
		w := newWorld(t)
		w.options.Trial, w.options.TrialRecipients = true, recipients
		w.restart()
		for lang, sentence := range want {
			for _, path := range []string{"/?zone=demo", "/messages/" + alertID.String(), w.link(subscribers.CanDecide, askID)} {
				page := w.get(path + mark(path) + "lang=" + string(lang)).Body.String()
				if !strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), sentence) {
					t.Errorf("%s in %s does not say %q", path, lang, sentence)
				}
			}
		}
	}
	if page := newWorld(t).get("/?zone=demo&lang=en").Body.String(); strings.Contains(page, "Trial") {
		t.Error("the desk speaks of a trial where there is none")
	}
}
