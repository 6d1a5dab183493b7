package web

import (
	"net/http"
	"strings"
	"testing"

	"relais/subscribers"
)

// A plate is said beside the text, what was typed stays, and a reason lets it
// go, which the coordinator reads (PLP.md, rule 2).
func TestAPlateNeedsAReason(t *testing.T) {
	w := newWorld(t)
	form := with(goodForm(), "body.fr", "Golf grise, 1-ABC-123, partie vers la gare.")
	answer := w.post("/messages?lang=fr", form)
	body := answer.Body.String()
	if answer.Code != http.StatusUnprocessableEntity || len(w.published) != 0 {
		t.Fatalf("got %d and %d messages, want it refused", answer.Code, len(w.published))
	}
	for _, want := range []string{
		`id="body.fr-fault">Ce texte contient une plaque d’immatriculation.`, "1-ABC-123", `name="override"`,
		`<a href="#override">Enlevez ce qui peut désigner une personne`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the form does not hold %q", want)
		}
	}
	const reason = "Enlèvement en cours, accord du magistrat 2026/117"
	if answer := w.post("/messages?lang=fr", with(form, "override", reason)); answer.Code != http.StatusSeeOther || len(w.published) != 1 {
		t.Fatalf("got %d and %d messages, want it published", answer.Code, len(w.published))
	}
	if got := w.published[0].Override; got != reason {
		t.Errorf("got the reason %q", got)
	}
	alert := w.messages[alertID]
	alert.Override = reason
	w.messages[alertID] = alert
	if body := w.get(w.link(subscribers.CanDecide, askID) + "?lang=nl").Body.String(); !strings.Contains(body, "volgens de politie: "+reason) {
		t.Error("who decides does not read the reason")
	}
}
