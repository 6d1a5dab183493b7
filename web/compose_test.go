package web

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
)

// goodForm is the form as a browser sends it, filled in well.
func goodForm() url.Values {
	return url.Values{
		"id": {"0193596a-0000-7000-8000-0000000000f0"}, "zone": {"demo"}, "kind": {"hazard"}, "type": {"alert"},
		"partnership": {"tilleuls"}, "author": {"Insp. Dubois"}, "expires": {"2026-11-24T02:15"},
		"urgency": {"immediate"}, "severity": {"severe"}, "certainty": {"observed"},
		"title.fr": {"Fausse alerte ? Non : incendie"}, "body.fr": {"Fermez les fenêtres.\r\nRestez chez vous."},
		"title.nl": {""}, "body.nl": {""},
	}
}

func with(form url.Values, pairs ...string) url.Values {
	form = maps.Clone(form)
	for i := 0; i+1 < len(pairs); i += 2 {
		form[pairs[i]] = []string{pairs[i+1]}
	}
	return form
}

func TestPublishFromTheDesk(t *testing.T) {
	w := newWorld(t)
	answer := w.post("/messages?lang=fr", goodForm())
	if answer.Code != http.StatusSeeOther || len(w.published) != 1 {
		t.Fatalf("got %d and %d messages\n%s", answer.Code, len(w.published), answer.Body)
	}
	got := w.published[0]
	if want := "/messages/" + got.ID.String() + "?published&lang=fr"; answer.Header().Get("Location") != want {
		t.Errorf("Location: got %q, want %q", answer.Header().Get("Location"), want)
	}
	want := broker.Message{
		ID: got.ID, Revision: 1, Zone: "demo", Partnerships: []broker.PartnershipID{"tilleuls"}, Author: "Insp. Dubois",
		Sent: w.now.UTC(), Expires: time.Date(2026, time.November, 24, 1, 15, 0, 0, time.UTC),
		Kind: broker.Hazard, MsgType: broker.TypeAlert, Urgency: broker.Immediate, Severity: broker.SeveritySevere, Certainty: broker.CertaintyObserved,
		Texts: map[broker.Lang]broker.Text{broker.French: {Title: "Fausse alerte ? Non : incendie", Body: "Fermez les fenêtres.\nRestez chez vous."}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	if err := got.Validate(); err != nil {
		t.Errorf("what was published is not valid: %v", err)
	}
}

// The same form sent twice is one message; a form that was changed is another.
func TestPublishTwice(t *testing.T) {
	w := newWorld(t)
	w.post("/messages", goodForm())
	w.now = w.now.Add(time.Second)
	w.post("/messages", goodForm())
	w.post("/messages", with(goodForm(), "title.fr", "Incendie, rue du Moulin"))
	if len(w.published) != 3 {
		t.Fatalf("got %d publications, want 3", len(w.published))
	}
	if w.published[0].ID != w.published[1].ID {
		t.Error("the same form got two ids")
	}
	if w.published[0].ID == w.published[2].ID {
		t.Error("another text got the same id, so it would be lost as a repeat")
	}
}

func TestWholeZone(t *testing.T) {
	w := newWorld(t)
	w.post("/messages", with(goodForm(), "all", "1"))
	if len(w.published) != 1 || w.published[0].Partnerships != nil {
		t.Errorf("got %v, want the whole zone", w.published)
	}
}

// What is wrong is said beside the field, in the reader's language, and what
// was typed stays.
func TestBadForms(t *testing.T) {
	for _, test := range []struct {
		name  string
		form  url.Values
		wants []string // sentences in French
	}{
		{"nothing at all", url.Values{"id": goodForm()["id"], "kind": {"alert"}}, []string{"Choisissez toute la zone", "Écrivez le message dans une langue", "Écrivez votre nom", "Choisissez un moment", "4 choses sont à revoir"}},
		{"no author", with(goodForm(), "author", "  "), []string{"Écrivez votre nom et votre grade", "Une chose est à revoir"}},
		{"author too long", with(goodForm(), "author", strings.Repeat("a", 121)), []string{"Écrivez votre nom et votre grade"}},
		{"expired", with(goodForm(), "expires", "2026-11-23T20:00"), []string{"Choisissez un moment encore à venir"}},
		{"expiry unreadable", with(goodForm(), "expires", "demain"), []string{"Choisissez un moment encore à venir"}},
		{"expiry too far", with(goodForm(), "expires", "2028-01-01T00:00"), []string{"Choisissez un moment encore à venir"}},
		{"nobody", with(goodForm(), "partnership", ""), []string{"Choisissez toute la zone"}},
		{"title without text", with(goodForm(), "title.nl", "Brand"), []string{"Écrivez un texte de 2000 caractères au plus", `id="body.nl-fault"`}},
		{"text without title", with(goodForm(), "body.nl", "Sluit de ramen."), []string{"Écrivez un titre sur une ligne", `id="title.nl-fault"`}},
		{"title too long", with(goodForm(), "title.fr", strings.Repeat("t", 81)), []string{"Écrivez un titre sur une ligne, de 80 caractères au plus"}},
		{"hidden characters", with(goodForm(), "body.fr", "a\u202eb"), []string{"sans caractères cachés"}},
		{"two faults", with(goodForm(), "title.fr", strings.Repeat("t", 81), "title.nl", "Brand"), []string{"Écrivez un titre", "Écrivez un texte", "2 choses sont à revoir"}},
		{"disappearance without leave", with(goodForm(), "kind", "missing"), []string{"Écrivez la référence sous laquelle"}},
		{"feedback on nothing", with(goodForm(), "kind", "feedback"), []string{"Choisissez le message dont il s’agit"}},
		{"feedback on what is not there", with(goodForm(), "kind", "feedback", "ref", "0193596a-0000-7000-8000-00000000dead"), []string{"Choisissez le message dont il s’agit"}},
		{"made-up urgency", with(goodForm(), "urgency", "at leisure"), []string{"n’est pas comme prévu"}},
		{"made-up id", with(goodForm(), "id", "1"), []string{"n’est pas comme prévu"}},
	} {
		w := newWorld(t)
		answer := w.post("/messages?lang=fr", test.form)
		body := strings.ReplaceAll(answer.Body.String(), "\u00a0", " ")
		if answer.Code != http.StatusUnprocessableEntity || len(w.published) != 0 {
			t.Errorf("%s: got %d and %d messages, want 422 and none", test.name, answer.Code, len(w.published))
		}
		for _, want := range test.wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %q", test.name, want)
			}
		}
		for _, field := range []string{"title.fr", "expires", "author"} {
			if typed := strings.TrimSpace(test.form.Get(field)); typed != "" && !strings.Contains(body, `value="`+typed) && !strings.Contains(body, typed) {
				t.Errorf("%s: what was typed as %s is lost", test.name, field)
			}
		}
		wellFormed(t, test.name, answer)
	}
}

func TestPublishFails(t *testing.T) {
	w := newWorld(t)
	w.failPublish = errors.New("no stream")
	answer := w.post("/messages?lang=en", goodForm())
	if answer.Code != 503 || !strings.Contains(answer.Body.String(), "Your text is still here") || !strings.Contains(answer.Body.String(), "Fermez les fenêtres.") {
		t.Errorf("got %d\n%s", answer.Code, answer.Body)
	}
	if got := w.post("/messages", url.Values{"kind": {"gossip"}}).Code; got != 400 {
		t.Errorf("unknown kind: got %d, want 400", got)
	}
	if got := w.post("/messages", with(goodForm(), "body.fr", strings.Repeat("a", maxBody))).Code; got != 413 {
		t.Errorf("too long: got %d, want 413", got)
	}
}

// What answers an earlier message goes where that one went (PLP.md, rule 7).
func TestAnswersGoWhereTheFirstWent(t *testing.T) {
	for _, form := range []url.Values{
		with(goodForm(), "kind", "feedback", "ref", tipID.String(), "partnership", "tilleuls"),
		with(goodForm(), "kind", "prevention", "type", "cancel", "ref", tipID.String(), "all", "1"),
	} {
		w := newWorld(t)
		if got := w.post("/messages", form).Code; got != http.StatusSeeOther {
			t.Fatalf("got %d, want 303", got)
		}
		m := w.published[0]
		if !slices.Equal(m.Partnerships, []broker.PartnershipID{"lindendorp"}) || !slices.Equal(m.References, []broker.MessageID{tipID}) {
			t.Errorf("got %v about %v", m.Partnerships, m.References)
		}
	}
}

func TestFormProposesWhatIsUsual(t *testing.T) {
	w := newWorld(t)
	for path, wants := range map[string][]string{
		"kind=alert":      {`value="2026-11-23T23:15"`, `value="immediate" selected`, `value="moderate" selected`, `name="all"`},
		"kind=prevention": {`value="2026-12-23T20:15"`, `value="future" selected`},
		"kind=missing":    {`name="clearance"`},
		"kind=feedback":   {`type="radio" name="ref" value="` + alertID.String(), "exactly those"},
		"kind=alert&type=update&ref=" + alertID.String():  {"Cambriolage en cours", "Inbraak bezig", `type="hidden" name="ref" value="` + alertID.String(), "Correct a message"},
		"kind=alert&type=cancel&ref=" + alertID.String():  {"Withdraw a message"},
		"kind=closing&type=alert&ref=" + alertID.String(): {`type="hidden" name="ref" value="` + alertID.String()},
	} {
		body := w.get("/messages/new?lang=en&zone=demo&" + path).Body.String()
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the form lacks %s", path, want)
			}
		}
	}
	if got := w.get("/messages/new?kind=alert&type=update&ref=" + deadID.String()).Code; got != 404 {
		t.Errorf("correcting what is not there: got %d, want 404", got)
	}
}
