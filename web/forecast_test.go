package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Long is what the test says.
func (w *world) Long(context.Context, []subscribers.Partnership) (bool, error) { return w.long, nil }

// Forecast is what the world's plans make of a message: lindendorp has no deputy.
func (w *world) Forecast(_ context.Context, m broker.Message, to []subscribers.Partnership) ([]Forecast, error) {
	var all []Forecast
	for _, p := range to {
		if p.ID != "tilleuls" {
			all = append(all, Forecast{Partnership: p, Gaps: []subscribers.Gap{subscribers.GapDeputy}})
			continue
		}
		all = append(all, Forecast{
			Partnership: p, Opened: subscribers.NewApproval(m, p, urgentRule(), w.approvers, m.Sent), Asked: []string{"Claire Lambert"}, Euros: 3.74, People: 52,
			Leaving: []Leaving{
				{At: w.now, Channel: channels.SMS, People: 34},
				{At: w.now.Add(9 * time.Hour), Channel: channels.Email, Held: true, People: 20},
				{At: w.now.Add(21 * time.Hour), Channel: channels.Email, Digest: true, People: 5},
				{At: w.now.Add(21 * time.Hour), Channel: channels.Push, Late: true, People: 2},
				{Reason: channels.ReasonNoChannel, People: 1},
			},
		})
	}
	return all, nil
}

// Before it is sent the officer reads who gets it, when, by whose approval and
// at what price, and where it goes nowhere.
func TestForecast(t *testing.T) {
	w := newWorld(t)
	form := goodForm()
	form["partnership"] = []string{"tilleuls", "lindendorp"}
	body := strings.ReplaceAll(w.post("/messages/preview?lang=fr", form).Body.String(), "\u00a0", " ")
	for _, want := range []string{
		"52 personnes le reçoivent, 3,74 € en tout", "Qui approuve : Claire Lambert", "Ensuite, il part sans le coordinateur.",
		"34 par SMS, tout de suite", "20 par e-mail, demain à 5 h 15, à la fin des heures calmes", "avec l’infoflash, demain à 17 h 15",
		"2 ne le reçoivent pas : le message ne sera plus valable à ce moment", "1 membre n’est joignable par aucun canal",
		"Il n’ira pas à ce partenariat : il n’a pas de coordinateur adjoint.", "Ce que dit le plan",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if len(w.published) != 0 {
		t.Error("a forecast published the message")
	}
}

func TestForecastForAScript(t *testing.T) {
	w := newWorld(t)
	answer := w.do(request{method: http.MethodPost, path: "/messages/forecast?lang=nl", form: goodForm(), header: map[string]string{"HX-Request": "true"}})
	if body := answer.Body.String(); answer.Code != http.StatusOK || strings.Contains(body, "<html") || !strings.Contains(body, "52 mensen") {
		t.Errorf("got %d: %s", answer.Code, body)
	}
}

// What is still missing for a forecast is said in place of it.
func TestForecastSaysWhatItNeeds(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		form url.Values
		want string
	}{
		"nobody chosen":        {with(goodForm(), "partnership", ""), "Choose whom the message is for"},
		"expired":              {with(goodForm(), "expires", "2026-11-23T20:00"), "Choose a moment"},
		"no message to answer": {with(goodForm(), "kind", "feedback"), "Choose which message it is about"},
	} {
		if body := w.post("/messages/preview?lang=en", test.form).Body.String(); !strings.Contains(body, test.want) || strings.Contains(body, "Claire Lambert") {
			t.Errorf("%s: the page lacks %q", name, test.want)
		}
	}
}

// An answer goes where its original went, whatever is ticked (PLP.md, rule 7).
func TestForecastOfAnAnswer(t *testing.T) {
	w := newWorld(t)
	body := w.get("/messages/new?kind=closing&lang=en&ref=" + tipID.String()).Body.String()
	if !strings.Contains(body, "It will not go to this partnership") || strings.Contains(body, "Claire Lambert") {
		t.Error("the forecast is not that of lindendorp alone")
	}
}

// A forecast that takes long does not keep the page waiting: it is fetched then.
// Who has no script presses a button for it.
func TestALongForecastComesAfterThePage(t *testing.T) {
	w := newWorld(t)
	w.long = true
	script := map[string]string{"HX-Request": "true"}
	const later, counted = "is being worked out; it stands here in a moment", "52 people get it"
	for name, test := range map[string]struct {
		answer     string
		want, lack string
	}{
		"the form":                {w.get("/messages/new?kind=feedback&ref=" + alertID.String() + "&lang=en").Body.String(), later, counted},
		"a script's question":     {w.do(request{method: http.MethodPost, path: "/messages/forecast?lang=en", form: goodForm(), header: script}).Body.String(), later, counted},
		"a script that waits":     {w.do(request{method: http.MethodPost, path: "/messages/forecast?lang=en", form: with(goodForm(), "wait", "1"), header: script}).Body.String(), counted, later},
		"a reader without script": {w.post("/messages/preview?lang=en", with(goodForm(), "wait", "1")).Body.String(), counted, later},
	} {
		if !strings.Contains(test.answer, test.want) || strings.Contains(test.answer, test.lack) {
			t.Errorf("%s: the page lacks %q, or says %q", name, test.want, test.lack)
		}
	}
}

// Of many partnerships twenty are told one by one, those first to which it does
// not go.
func TestForecastForManyPartnerships(t *testing.T) {
	all := make([]Forecast, 25)
	for i := range all {
		all[i].Partnership.ID = broker.PartnershipID(fmt.Sprint(i))
	}
	all[23].Gaps = []subscribers.Gap{subscribers.GapDeputy}
	shown := refusedFirst(all)
	if len(shown) != shownForecasts || shown[0].Partnership.ID != "23" || shown[1].Partnership.ID != "0" {
		t.Errorf("got %d partnerships, %q and %q first", len(shown), shown[0].Partnership.ID, shown[1].Partnership.ID)
	}
}
