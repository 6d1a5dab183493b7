package subscribers

import (
	"testing"

	"relais/broker"
)

func TestSearchMatches(t *testing.T) {
	m := broker.Message{Kind: broker.Alert, Texts: map[broker.Lang]broker.Text{
		broker.French: {Title: "Fenêtre forcée", Body: "Rue des Tilleuls, près de l’église."},
		broker.Dutch:  {Title: "Venster geforceerd", Body: "Lindenstraat."},
	}}
	for _, test := range []struct {
		typed string
		kind  broker.Kind
		want  bool
	}{
		{"", "", true},
		{"fenetre", "", true},
		{"FENÊTRE tilleuls", "", true},
		{"eglise", "", true},
		{"l'église", "", true},
		{"lindenstraat", broker.Alert, true},
		{"fenetre", broker.Info, false},
		{"porte", "", false},
		{"fenetre porte", "", false},
	} {
		if got := (Search{Words: NewWords(test.typed), Kind: test.kind}).Matches(m); got != test.want {
			t.Errorf("%q, kind %q: got %v", test.typed, test.kind, got)
		}
	}
}
