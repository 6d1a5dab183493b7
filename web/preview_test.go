package web

import (
	"net/http"
	"strings"
	"testing"

	"relais/broker"
	"relais/subscribers"
)

// fakePreviewer counts 20 characters to a part, and finds that ê makes it 10.
type fakePreviewer struct{}

func (fakePreviewer) Preview(m broker.Message, lang broker.Lang, to subscribers.Partnership, plan subscribers.Plan) (Preview, error) {
	text := m.Texts[lang].Title + "\n" + m.Texts[lang].Body
	form := func(text string, size int) SMSForm {
		parts := 1 + len(text)/size
		return SMSForm{Text: text, Characters: len([]rune(text)), Parts: parts, Euros: float64(parts) * 0.055}
	}
	sms := &SMSPreview{Written: form(text, 20), Plain: form(text, 20), Cheaply: plan.PlainAccents || m.PlainAccents}
	if strings.Contains(text, "ê") {
		sms.Written, sms.Costly = form(text, 10), []Swap{{"ê", "e"}}
		sms.Plain = form(strings.ReplaceAll(text, "ê", "e"), 20)
	}
	return Preview{SMS: sms, Email: &Letter{"[" + to.Tag + "] " + m.Texts[lang].Title, m.Texts[lang].Body}}, nil
}

// Without script a button shows the form again with what members read: nothing
// is published, nothing typed is lost, and nothing is found fault with yet.
func TestPreviewWithoutScript(t *testing.T) {
	w := newWorld(t)
	answer := w.post("/messages/preview?lang=fr", with(goodForm(), "title.fr", "Fenêtre forcée", "author", ""))
	body := answer.Body.String()
	if answer.Code != http.StatusOK || len(w.published) != 0 {
		t.Fatalf("got %d and %d messages", answer.Code, len(w.published))
	}
	for _, want := range []string{"<h1", "<mark>ê</mark>", "ê → e", "0,33", "Sans eux", "[PLP Tilleuls] Fenêtre forcée", "Comme pour PLP Les Tilleuls", `value="Fenêtre forcée"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, `class="fault"`) {
		t.Error("a preview finds fault with what is still being written")
	}
	wellFormed(t, "preview", answer)
}

// A script gets the preview alone.
func TestPreviewForAScript(t *testing.T) {
	w := newWorld(t)
	answer := w.do(request{method: http.MethodPost, path: "/messages/preview?lang=nl", form: goodForm(), header: map[string]string{"HX-Request": "true"}})
	body := answer.Body.String()
	if answer.Code != http.StatusOK || strings.Contains(body, "<html") || !strings.Contains(body, "Zoals voor PLP Les Tilleuls") {
		t.Errorf("got %d: %s", answer.Code, body)
	}
}

// Where the plan has costly characters written plainly, that is what is shown.
func TestPreviewFollowsThePlan(t *testing.T) {
	w := newWorld(t)
	plan := w.plans["tilleuls"]
	plan.PlainAccents = true
	w.plans["tilleuls"] = plan
	body := w.post("/messages/preview?lang=en", with(goodForm(), "title.fr", "Fenêtre forcée")).Body.String()
	for _, want := range []string{"Fenetre forcée", "It goes without them. As written: 6 SMS"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Where the plan does not say so the author may, for this message alone, and
// take it back.
func TestAuthorSavesAccents(t *testing.T) {
	w := newWorld(t)
	costly := with(goodForm(), "title.fr", "Fenêtre forcée")
	if body := w.post("/messages/preview?lang=en", costly).Body.String(); !strings.Contains(body, `name="plain" value="1" />`) || !strings.Contains(body, "<mark>ê") {
		t.Error("the page offers no cheaper way")
	}
	body := w.post("/messages/preview?lang=en", with(costly, "plain", "1")).Body.String()
	for _, want := range []string{"Fenetre forcée", "It goes without them. As written: 6 SMS", `name="plain" value="1" checked`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if body := w.post("/messages/preview", with(goodForm(), "body.fr", "Rien.")).Body.String(); strings.Contains(body, `name="plain"`) {
		t.Error("the page offers to save where nothing is saved")
	}
	w.post("/messages", with(costly, "plain", "1"))
	if len(w.published) != 1 || !w.published[0].PlainAccents || w.published[0].Texts[broker.French].Title != "Fenêtre forcée" {
		t.Errorf("got %v", w.published)
	}
}

func TestPreviewOfWhatIsTooLongSaysSo(t *testing.T) {
	w := newWorld(t)
	body := w.post("/messages/preview?lang=en", with(goodForm(), "body.fr", strings.Repeat("a", broker.MaxBody+1))).Body.String()
	if !strings.Contains(body, "Too long: a title of at most 80") || strings.Contains(body, "<mark>") {
		t.Error("the page does not say that the text is too long")
	}
}

// The text is shown for members who read its language.
func TestReaders(t *testing.T) {
	fr := subscribers.Partnership{ID: "fr", Languages: []broker.Lang{broker.French}}
	nl := subscribers.Partnership{ID: "nl", Languages: []broker.Lang{broker.Dutch}}
	both := subscribers.Partnership{ID: "both", Languages: []broker.Lang{broker.French, broker.Dutch}}
	all := []subscribers.Partnership{fr, nl, both}
	for _, test := range []struct {
		name string
		form form
		lang broker.Lang
		want broker.PartnershipID
	}{
		{"nothing chosen", form{}, broker.Dutch, "nl"},
		{"a chosen one that speaks it", form{Partnerships: []string{"both"}}, broker.Dutch, "both"},
		{"the whole zone", form{All: true}, broker.Dutch, "nl"},
		{"no chosen one speaks it", form{Partnerships: []string{"fr"}}, broker.Dutch, "fr"},
		{"nobody speaks it", form{Partnerships: []string{"nl"}}, broker.German, "nl"},
		{"nobody speaks it, nothing chosen", form{}, broker.German, "fr"},
	} {
		if got, ok := readers(all, test.form, test.lang); !ok || got.ID != test.want {
			t.Errorf("%s: got %s, %v", test.name, got.ID, ok)
		}
	}
	if _, ok := readers(nil, form{}, broker.French); ok {
		t.Error("somebody reads it where there is no partnership")
	}
}
