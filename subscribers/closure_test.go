package subscribers

import (
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
)

// An SMS with the text stays in the letters that leave it its 160 characters.
func TestNoticesOfAClosedAddress(t *testing.T) {
	const dear = "âêîôûëïœÀÈç’\u00a0"
	p := Partnership{Name: "Quartier des Tilleuls", Tag: "PLP Tilleuls"}
	seen := make(map[string]bool)
	for _, on := range []channels.Name{channels.Email, channels.SMS, channels.Voice} {
		m := Closure{Member: NewMemberID(), Channel: on}.Notice(p)
		for _, lang := range broker.Langs() {
			text := m.Text(lang)
			if text.Title == "" || text.Body == "" || strings.ContainsAny(text.Title+text.Body, dear) || len(text.Title)+len(text.Body) > 160 {
				t.Errorf("%s in %s: %q, %q", on, lang, text.Title, text.Body)
			}
			seen[text.Title] = true
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d titles, want one for each language, for email and for telephone", len(seen))
	}
}
