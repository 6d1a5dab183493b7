package subscribers

import (
	"testing"

	"relais/broker"
)

func TestEveryGapIsSaidInEachLanguage(t *testing.T) {
	for _, lang := range broker.Langs() {
		for _, g := range Gaps() {
			if (RoutingRefusal{Gaps: []Gap{g}}).Say(lang) == "" {
				t.Errorf("%s has no words in %s", g, lang)
			}
		}
	}
	got := RoutingRefusal{Gaps: []Gap{GapCharter, GapDeputy}}.Say(broker.French)
	if want := "aucune charte signée n’est en vigueur, il n’a pas de coordinateur adjoint"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
