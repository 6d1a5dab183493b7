package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

var textID = subscribers.TemplateID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000007e")}

func gasText(at time.Time) subscribers.Template {
	return subscribers.Template{ID: textID, Zone: "demo", Kind: broker.Hazard, Name: "Fuite de gaz", By: "CP Maes", Changed: at.Add(-48 * time.Hour),
		Texts: map[broker.Lang]broker.Text{broker.French: {Title: "Fuite de gaz, [adresse]", Body: "N’allumez rien. Aérez."}}}
}

// textForm is the form for a new text as a browser sends it.
func textForm() url.Values {
	return url.Values{"id": {textID.String()}, "zone": {"demo"}, "kind": {"hazard"}, "name": {"Fuite de gaz"}, "author": {"CP Maes"},
		"title.fr": {"Fuite de gaz, [adresse]"}, "body.fr": {"N’allumez rien.\r\nAérez."}}
}

// The world keeps texts as the store does.
func (w *world) Templates(_ context.Context, zone broker.ZoneID) ([]subscribers.Template, error) {
	return slices.DeleteFunc(slices.Clone(w.kept), func(t subscribers.Template) bool { return t.Zone != zone }), nil
}

func (w *world) Template(_ context.Context, id subscribers.TemplateID) (subscribers.Template, error) {
	for _, t := range w.kept {
		if t.ID == id {
			return t, nil
		}
	}
	if id == textID { // the walk of the roles finds one
		return gasText(w.now), nil
	}
	return subscribers.Template{}, subscribers.ErrNotFound
}

func (w *world) SaveTemplate(ctx context.Context, t subscribers.Template) error {
	w.kept = append(slices.DeleteFunc(w.kept, func(other subscribers.Template) bool { return other.ID == t.ID }), t)
	return nil
}

func (w *world) DropTemplate(_ context.Context, id subscribers.TemplateID) error {
	w.kept = slices.DeleteFunc(w.kept, func(t subscribers.Template) bool { return t.ID == id })
	return nil
}

// A text is written once and begins messages of its kind from then on; what it
// has in brackets must be filled in.
func TestTextsOfTheZone(t *testing.T) {
	w := newWorld(t)
	if answer := w.post("/templates", textForm()); answer.Code != http.StatusSeeOther || len(w.kept) != 1 || w.kept[0].By != "CP Maes" {
		t.Fatalf("got %d, %v\n%s", answer.Code, w.kept, answer.Body)
	}
	w.post("/templates", textForm())
	if len(w.kept) != 1 {
		t.Error("the same form kept two texts")
	}
	form := w.get("/messages/new?kind=hazard&zone=demo&lang=fr").Body.String()
	if !strings.Contains(form, `>Fuite de gaz</a>`) || strings.Contains(w.get("/messages/new?kind=alert&zone=demo").Body.String(), "Fuite de gaz") {
		t.Error("the form for a hazard does not offer the text, or that for an alert does")
	}
	if body := w.get("/messages/new?kind=hazard&zone=demo&lang=fr&template=" + textID.String()).Body.String(); !strings.Contains(body, `value="Fuite de gaz, [adresse]"`) {
		t.Error("the form does not begin with the text")
	}
	answer := w.post("/messages?lang=en", with(goodForm(), "title.fr", "Fuite de gaz, [adresse]"))
	if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "Replace what stands in brackets") {
		t.Errorf("with a place left: got %d", answer.Code)
	}
	w.post("/templates/"+textID.String(), with(textForm(), "name", "Gaz"))
	if len(w.kept) != 1 || w.kept[0].Name != "Gaz" {
		t.Errorf("got %v", w.kept)
	}
	w.post("/templates/"+textID.String(), url.Values{"action": {"drop"}})
	if len(w.kept) != 0 {
		t.Error("the text was not deleted")
	}
}

func TestBadTexts(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		form url.Values
		want string
	}{
		"no name":            {with(textForm(), "name", " "), "Give it a name of at most 60 characters."},
		"name too long":      {with(textForm(), "name", strings.Repeat("é", 61)), "Give it a name"},
		"no text":            {with(textForm(), "title.fr", "", "body.fr", ""), "at least one language"},
		"title without body": {with(textForm(), "body.fr", ""), "Write a text of at most 2000 characters"},
		"nobody":             {with(textForm(), "author", ""), "Write your name and rank"},
	} {
		answer := w.post("/templates?lang=en", test.form)
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), test.want) || len(w.kept) != 0 {
			t.Errorf("%s: got %d", name, answer.Code)
		}
		if typed := test.form.Get("title.fr"); !strings.Contains(answer.Body.String(), typed) {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	if got := w.post("/templates", with(textForm(), "kind", "gossip")).Code; got != http.StatusBadRequest {
		t.Errorf("a kind that there is not: got %d", got)
	}
	w.kept = []subscribers.Template{{ID: textID, Zone: "elsewhere", Kind: broker.Hazard, Name: "Leurs mots"}}
	if got := w.post("/templates", textForm()).Code; got != http.StatusBadRequest || w.kept[0].Name != "Leurs mots" {
		t.Errorf("the id of another zone's text: got %d", got)
	}
}
