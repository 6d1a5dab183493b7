package web

import (
	"strings"
	"testing"
)

// The sheet says whom to call, whom to ask and where to join, in the reader's language.
func TestSheet(t *testing.T) {
	w := newWorld(t)
	w.options.PublicURL = "https://relais.example"
	w.restart()
	if body := w.get("/sheet/tilleuls?lang=nl").Body.String(); strings.Contains(body, "/join/tilleuls") || !strings.Contains(body, "Vraag het aan uw lokale politie") {
		t.Errorf("of a partnership that takes nobody yet:\n%s", body)
	}
	w.launch()
	body := w.get("/sheet/tilleuls?lang=nl").Body.String()
	for _, want := range []string{"101", "112", "Anne Dupont, 0470 12 34 56", "https://relais.example/join/tilleuls", "Wat is het?"} {
		if !strings.Contains(body, want) {
			t.Errorf("the sheet lacks %q:\n%s", want, body)
		}
	}
}
