package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

var caseID = subscribers.CaseID{UUID: uuid.MustParse("0193596a-0000-7000-8000-0000000000c5")}

// OpenCases is the alert of which nothing was heard, due an hour ago, and one
// that is due tomorrow.
func (w *world) OpenCases(_ context.Context, zone broker.ZoneID) ([]subscribers.Case, error) {
	if zone == "elsewhere" {
		return nil, nil
	}
	all := w.cases()
	for len(all) < w.manyCases {
		all = append(all, all[0])
	}
	return all, nil
}

func (w *world) FirstCases(ctx context.Context, zone broker.ZoneID, limit int) ([]subscribers.Case, int, error) {
	all, err := w.OpenCases(ctx, zone)
	return all[:min(limit, len(all))], len(all), err
}

func (w *world) cases() []subscribers.Case {
	late := subscribers.Case{ID: caseID, Zone: "demo", Partnership: "tilleuls", Message: alertID, Revision: 1, Owner: author, Opened: w.now.AddDate(0, 0, -1), Due: w.now}
	soon := late
	soon.ID, soon.Message, soon.Due, soon.Partnership = subscribers.CaseID{UUID: uuid.New()}, tipID, w.now.AddDate(0, 0, 1), "lindendorp"
	if w.caseEnd.How != "" {
		return []subscribers.Case{soon}
	}
	return []subscribers.Case{late, soon}
}

// CasesOf is the alert's, and those of the other partnerships that got it.
func (w *world) CasesOf(context.Context, broker.MessageID) ([]subscribers.Case, error) {
	var open []subscribers.Case
	if w.caseEnd.How == "" {
		open = append(open, w.cases()[0])
	}
	for _, c := range w.alsoOwed {
		if c.Open() {
			open = append(open, c)
		}
	}
	return open, nil
}

// Case is the alert's, open or closed.
func (w *world) Case(_ context.Context, id subscribers.CaseID) (subscribers.Case, error) {
	if id == foreignCaseID {
		return subscribers.Case{ID: id, Zone: "elsewhere", Partnership: "canal", Message: foreignMessageID, Revision: 1, Due: w.now}, nil
	}
	if id != caseID {
		return subscribers.Case{}, subscribers.ErrNotFound
	}
	end := w.caseEnd
	w.caseEnd = subscribers.CaseEnd{}
	found := w.cases()[0]
	w.caseEnd, found.End = end, end
	return found, nil
}

// Close closes the case once.
func (w *world) Close(_ context.Context, id subscribers.CaseID, by, why string) (subscribers.Case, error) {
	end := subscribers.CaseEnd{How: subscribers.NotAllowed, By: by, At: w.now, Why: why}
	if other, known := w.alsoOwed[id]; known {
		closed, err := other.Closed(end)
		w.alsoOwed[id] = closed
		return closed, err
	}
	switch {
	case id != caseID:
		return subscribers.Case{}, subscribers.ErrNotFound
	case w.caseEnd.How != "":
		return subscribers.Case{}, &subscribers.CaseClosedError{First: w.caseEnd}
	}
	w.caseEnd = end
	return subscribers.Case{}, nil
}

func TestAPICases(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]int{"/api/cases": 2, "/api/cases?zone=demo&overdue=true": 1} {
		answer, doc := w.call(http.MethodGet, path, "")
		list, _ := doc["cases"].([]any)
		if answer.Code != http.StatusOK || len(list) != want {
			t.Errorf("%s: %d with %d cases, want 200 with %d", path, answer.Code, len(list), want)
		}
	}
	close := "/api/cases/" + caseID.String() + "/close"
	for _, tc := range []struct {
		name, path, body string
		status           int
		says             string
	}{
		{"nobody", close, `{}`, http.StatusBadRequest, "by is missing"},
		{"unknown", "/api/cases/" + uuid.NewString() + "/close", `{"by":"CP Maes"}`, http.StatusNotFound, "Nothing"},
		{"no id", "/api/cases/seven/close", `{"by":"CP Maes"}`, http.StatusBadRequest, "UUID"},
		{"closed", close, `{"by":"CP Maes","reason":"the magistrate"}`, http.StatusOK, caseID.String()},
		{"again", close, `{"by":"Insp. Dubois"}`, http.StatusConflict, "CP Maes"},
	} {
		answer, _ := w.call(http.MethodPost, tc.path, tc.body)
		if answer.Code != tc.status || !strings.Contains(answer.Body.String(), tc.says) {
			t.Errorf("%s: got %d %s, want %d with %q", tc.name, answer.Code, answer.Body, tc.status, tc.says)
		}
	}
}

// The desk shows what is owed, and leads to where it can be answered.
func TestOwedOnTheDesk(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string][]string{
		"/?lang=fr":                 {`Ce que nous devons encore <span class="count">2</span>`, "/cases/" + caseID.String() + "?lang=fr", "En retard\u00a0: retour attendu aujourd’hui à 20\u00a0h\u00a015", "/cases?zone=demo&amp;lang=fr"},
		"/cases?zone=demo&lang=nl":  {"Te laat: terugkoppeling verwacht vandaag om 20.15 uur", "Terugkoppeling verwacht morgen", "PLP Les Tilleuls", "Auteur: " + author, "/messages/new?kind=feedback&amp;ref=" + alertID.String() + "&amp;zone=demo&amp;lang=nl", "Het onderzoek laat het niet toe"},
		"/cases/" + caseID.String(): {"Overdue: feedback was expected today at 20:15", `action="/cases/` + caseID.String() + `/close"`, "PLP Les Tilleuls"},
		"/messages/new?kind=feedback&ref=" + alertID.String() + "&lang=en": {`name="ref" value="` + alertID.String()},
	} {
		body := w.get(path).Body.String()
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s lacks %q", path, text)
			}
		}
	}
}

// What the inquiry does not allow in one partnership it allows in none.
func TestCloseCasesEverywhere(t *testing.T) {
	w := newWorld(t)
	w.alsoOwed = make(map[subscribers.CaseID]subscribers.Case)
	for _, p := range []broker.PartnershipID{"lindendorp", "canal"} {
		c := w.cases()[0]
		c.ID, c.Partnership = subscribers.CaseIDFor(alertID, p), p
		w.alsoOwed[c.ID] = c
	}
	page := "/cases/" + caseID.String()
	if body := w.get(page + "?lang=en").Body.String(); !strings.Contains(body, "Also for 2 other partnerships that wait for the same word") {
		t.Error("the page does not offer to close the others")
	}
	if answer := w.post(page+"/close?lang=en", url.Values{"all": {"1"}}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), `name="all" value="1" checked="checked"`) {
		t.Errorf("nobody: got %d, want the choice kept", answer.Code)
	}
	for range 2 { // sent twice
		if answer := w.post(page+"/close", url.Values{"by": {"CP Maes"}, "words": {"the magistrate"}, "all": {"1"}}); answer.Code != http.StatusSeeOther {
			t.Fatalf("got %d, want 303", answer.Code)
		}
	}
	for _, c := range w.alsoOwed {
		if c.End.How != subscribers.NotAllowed || c.End.By != "CP Maes" || c.End.Why != "the magistrate" {
			t.Errorf("the case of %s ended with %+v", c.Partnership, c.End)
		}
	}
}

// Without the box the others are still owed word.
func TestCloseOneCaseOfSeveral(t *testing.T) {
	w := newWorld(t)
	c := w.cases()[0]
	c.ID, c.Partnership = subscribers.CaseIDFor(alertID, "lindendorp"), "lindendorp"
	w.alsoOwed = map[subscribers.CaseID]subscribers.Case{c.ID: c}
	w.post("/cases/"+caseID.String()+"/close", url.Values{"by": {"CP Maes"}})
	if w.caseEnd.By != "CP Maes" || !w.alsoOwed[c.ID].Open() {
		t.Errorf("this one ended by %q, the other open: %t", w.caseEnd.By, w.alsoOwed[c.ID].Open())
	}
}

// "The inquiry does not allow it" closes a case once, in the name of one officer.
func TestCloseCaseOnThePage(t *testing.T) {
	w := newWorld(t)
	page := "/cases/" + caseID.String()
	post := func(by, words string) *httptest.ResponseRecorder {
		return w.post(page+"/close?lang=en", url.Values{"by": {by}, "words": {words}})
	}
	if answer := post(" ", "secret"); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), ">secret</textarea>") {
		t.Errorf("nobody: got %d, want 422 and the reason as it was typed", answer.Code)
	}
	if answer := post("CP Maes", strings.Repeat("a", maxReason+1)); answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("too long: got %d, want 422", answer.Code)
	}
	for range 2 { // a form that is sent twice closes once
		if answer := post("CP Maes", "the magistrate"); answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != page+"?lang=en" {
			t.Fatalf("closed: got %d to %q", answer.Code, answer.Header().Get("Location"))
		}
	}
	if answer := post("Insp. Claes", "me too"); answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), "CP Maes") {
		t.Errorf("a second officer: got %d, want 409 and who was first", answer.Code)
	}
	body := w.get(page + "?lang=en").Body.String()
	if !strings.Contains(body, "The inquiry does not allow any feedback: CP Maes") || !strings.Contains(body, "<blockquote>the magistrate") || strings.Contains(body, "<form") {
		t.Error("the closed case does not say who closed it and why, or can be closed again")
	}
	if strings.Contains(w.get("/cases?lang=en").Body.String(), page) {
		t.Error("a closed case is still owed")
	}
	answer := w.do(request{method: http.MethodPost, path: page + "/close", form: url.Values{"by": {"CP Maes"}}, header: map[string]string{"Sec-Fetch-Site": "cross-site"}})
	if answer.Code != statusCrossOrigin {
		t.Errorf("another site's form: got %d, want %d", answer.Code, statusCrossOrigin)
	}
}

// Feedback that is long overdue is about a message that the form no longer offers.
func TestFeedbackAboutAnOldMessage(t *testing.T) {
	w := newWorld(t)
	w.recentOnly = tipID
	body := w.get("/messages/new?kind=feedback&zone=demo&lang=fr&ref=" + alertID.String()).Body.String()
	if !strings.Contains(body, `name="ref" value="`+alertID.String()) || !strings.Contains(body, "Cambriolage en cours") {
		t.Error("the form has lost the message that the feedback is about")
	}
}

// The message's own page says what word is owed about it.
func TestProgressShowsTheCase(t *testing.T) {
	w := newWorld(t)
	status := w.statuses[alertID]
	status.Partnerships[0].Case = w.cases()[0].Status()
	body := w.get("/messages/" + alertID.String() + "?lang=de").Body.String()
	if !strings.Contains(body, `<a href="/cases/`+caseID.String()+`?lang=de">Überfällig: Rückmeldung erwartet heute um 20:15 Uhr`) {
		t.Error("the page of the alert does not show that feedback is overdue")
	}
}
