package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relais/broker"
	"relais/channels/sms"
	"relais/subscribers"
)

// Every kind has an example in every language. It is a message that could be
// sent, costs no more than it must, and asks for no name of anybody.
func TestExamples(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range broker.Kinds() {
		for _, lang := range broker.Langs() {
			text := texts.example(kind, lang)
			m := validExample(newWorld(t), kind, lang, text)
			if err := m.Validate(); err != nil {
				t.Errorf("%s in %s: %v", kind, lang, err)
			}
			if costly := sms.Costly(text.Title + text.Body); len(costly) > 0 {
				t.Errorf("%s in %s holds %q, which makes an SMS cost more", kind, lang, string(costly))
			}
		}
	}
}

func validExample(w *world, kind broker.Kind, lang broker.Lang, text broker.Text) broker.Message {
	m := w.alert()
	m.Kind, m.Clearance, m.Texts = kind, "TDG 12", map[broker.Lang]broker.Text{lang: text}
	if kind.AnswersAnother() {
		m.References = []broker.MessageID{tipID}
	}
	return m
}

// The officer begins with an example in the languages of the zone.
func TestComposeWithAnExample(t *testing.T) {
	w := newWorld(t)
	empty := w.get("/messages/new?kind=hazard&zone=demo&lang=fr").Body.String()
	if !strings.Contains(empty, `href="/messages/new?example=1&amp;kind=hazard`) {
		t.Errorf("the form offers no example")
	}
	body := w.get("/messages/new?example=1&kind=hazard&zone=demo&lang=fr").Body.String()
	for _, want := range []string{`value="Incendie, [rue]"`, `value="Brand, [straat]"`, "Remplacez ce qui est entre crochets"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "Fire, [street]") {
		t.Error("there is an example in a language that nobody in the zone reads")
	}
}

// What was left in brackets is not sent; the officer's own brackets are.
func TestBracketsAreFilledIn(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		form   url.Values
		status int
	}{
		{with(goodForm(), "title.fr", "Incendie, [rue]"), http.StatusUnprocessableEntity},
		{with(goodForm(), "body.fr", "Évitez [rue]."), http.StatusUnprocessableEntity},
		{with(goodForm(), "title.fr", "Incendie [suite]"), http.StatusSeeOther},
	} {
		answer := w.post("/messages?lang=en", test.form)
		if answer.Code != test.status {
			t.Errorf("%v: got %d, want %d", test.form["title.fr"], answer.Code, test.status)
		}
		if test.status != http.StatusSeeOther && !strings.Contains(answer.Body.String(), "Replace what stands in brackets, or clear this language.") {
			t.Error("the page does not say what to replace")
		}
	}
}

// Nor is it taken from a program; Unfilled is for those who do not come by here.
func TestBracketsOfAProgram(t *testing.T) {
	w := newWorld(t)
	m := w.alert()
	m.ID = broker.NewMessageID()
	m.Texts = map[broker.Lang]broker.Text{broker.Dutch: {Title: "Inbraak bezig, [straat]", Body: "Blijf binnen [en kalm]."}}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	answer := w.do(request{method: http.MethodPost, path: "/api/messages", body: string(data)})
	if answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), `"field":"texts.nl.title"`) || len(w.published) != 0 {
		t.Errorf("got %d: %s", answer.Code, answer.Body)
	}
	w.kept = []subscribers.Template{{Zone: "demo", Kind: m.Kind, Texts: map[broker.Lang]broker.Text{broker.Dutch: {Title: "Boot gestolen aan [kade]"}}}}
	m.Texts[broker.Dutch] = broker.Text{Title: "Boot gestolen aan [kade]", Body: "Blijf binnen."}
	if data, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/messages", "/api/messages?anyway=true", "/api/messages/alike"} {
		answer := w.do(request{method: http.MethodPost, path: path, body: string(data)})
		if answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), "still holds [kade]") || len(w.published) != 0 {
			t.Errorf("%s, with a place of the zone's own text: got %d: %s", path, answer.Code, answer.Body)
		}
	}
	m.Texts[broker.Dutch] = broker.Text{Title: "Inbraak bezig, Kerkstraat", Body: "Blijf binnen [en kalm]."}
	if left, err := Unfilled(m); err != nil || left != nil {
		t.Errorf("brackets of the officer's own: got %v, %v", left, err)
	}
}
