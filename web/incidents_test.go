package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

var incidentID = subscribers.IncidentID{UUID: uuid.MustParse("0193596a-0000-7000-8000-0000000000e1")}

// Incidents is the alert going round.
func (w *world) Incidents(_ context.Context, zone broker.ZoneID, all bool) ([]subscribers.Incident, error) {
	if zone == "elsewhere" || w.seenBy != "" && !all {
		return nil, nil
	}
	i := subscribers.Incident{
		ID: incidentID, Kind: subscribers.IncidentLoop, Zone: "demo", Partnership: "tilleuls", Message: alertID, Matter: "a1b2",
		Texts: subscribers.LoopTexts(channels.ForMember, "PLP Les Tilleuls", 5, 5), First: w.now.Add(-3 * time.Minute), Last: w.now, Count: 75, AckBy: w.seenBy,
	}
	return []subscribers.Incident{i}, nil
}

// Incident is that one.
func (w *world) Incident(ctx context.Context, id subscribers.IncidentID) (subscribers.Incident, error) {
	if id == foreignIncidentID {
		return subscribers.Incident{ID: id, Zone: "elsewhere"}, nil
	}
	if id != incidentID {
		return subscribers.Incident{}, subscribers.ErrNotFound
	}
	all, err := w.Incidents(ctx, "", true)
	return all[0], err
}

// AckIncident takes the first name.
func (w *world) AckIncident(_ context.Context, id subscribers.IncidentID, by string, at time.Time) error {
	switch {
	case id != incidentID:
		return subscribers.ErrNotFound
	case w.seenBy != "" && w.seenBy != by:
		return &subscribers.IncidentSeenError{By: w.seenBy, At: at}
	}
	w.seenBy = by
	return nil
}

// The desk shows an incident until an officer says that they have seen it.
func TestIncidentsOnTheDesk(t *testing.T) {
	w := newWorld(t)
	for lang, want := range map[string][]string{
		"fr": {"Incidents", "Un même texte partait en boucle", "message aux membres, PLP Les Tilleuls", "75 fois", "J’en ai pris connaissance"},
		"nl": {"Incidenten", "Dezelfde tekst werd steeds opnieuw verstuurd", "75 keer", "Ik heb dit gezien"},
		"de": {"Vorfälle", "Derselbe Text ging immer wieder hinaus", "75-mal", "Ich habe dies gesehen"},
		"en": {"The same text was going out again and again", "75 times", `href="/messages/` + alertID.String() + `?lang=en"`},
	} {
		body := w.get("/?zone=demo&lang=" + lang).Body.String()
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("the desk in %s lacks %q", lang, text)
			}
		}
	}
	ack := "/incidents/" + incidentID.String() + "/ack?zone=demo&lang=en"
	if answer := w.post(ack, url.Values{"by": {" "}}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), `id="by-`+incidentID.String()+`-fault"`) {
		t.Errorf("nobody: got %d, want 422 and what is missing", answer.Code)
	}
	for _, by := range []string{"CP Maes", "Insp. Claes"} { // who comes second finds it gone
		if answer := w.post(ack, url.Values{"by": {by}}); answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != "/?zone=demo&lang=en" {
			t.Errorf("%s: got %d to %q", by, answer.Code, answer.Header().Get("Location"))
		}
	}
	if w.seenBy != "CP Maes" || strings.Contains(w.get("/?zone=demo&lang=en").Body.String(), "Incidents") {
		t.Errorf("seen by %q, want CP Maes, and the desk without it", w.seenBy)
	}
	if answer := w.post("/incidents/"+uuid.NewString()+"/ack", url.Values{"by": {"CP Maes"}}); answer.Code != http.StatusNotFound {
		t.Errorf("unknown: got %d, want 404", answer.Code)
	}
}

func TestAPIIncidents(t *testing.T) {
	w := newWorld(t)
	list := func(path string) []any {
		answer, doc := w.call(http.MethodGet, path, "")
		found, _ := doc["incidents"].([]any)
		if answer.Code != http.StatusOK {
			t.Errorf("%s: got %d", path, answer.Code)
		}
		return found
	}
	if found := list("/api/incidents?lang=nl"); len(found) != 1 || found[0].(map[string]any)["title"] != "Dezelfde tekst werd steeds opnieuw verstuurd" {
		t.Errorf("got %v", found)
	}
	ack := "/api/incidents/" + incidentID.String() + "/ack"
	for _, tc := range []struct {
		name, path, body string
		status           int
		says             string
	}{
		{"nobody", ack, `{}`, http.StatusBadRequest, "by is missing"},
		{"unknown", "/api/incidents/" + uuid.NewString() + "/ack", `{"by":"CP Maes"}`, http.StatusNotFound, "Nothing"},
		{"no id", "/api/incidents/seven/ack", `{"by":"CP Maes"}`, http.StatusBadRequest, "UUID"},
		{"seen", ack, `{"by":"CP Maes"}`, http.StatusOK, incidentID.String()},
		{"again", ack, `{"by":"Insp. Dubois"}`, http.StatusConflict, "CP Maes"},
	} {
		answer, _ := w.call(http.MethodPost, tc.path, tc.body)
		if answer.Code != tc.status || !strings.Contains(answer.Body.String(), tc.says) {
			t.Errorf("%s: got %d %s, want %d with %q", tc.name, answer.Code, answer.Body, tc.status, tc.says)
		}
	}
	if seen, all := list("/api/incidents"), list("/api/incidents?all=true"); len(seen) != 0 || len(all) != 1 || all[0].(map[string]any)["ackBy"] != "CP Maes" {
		t.Errorf("got %v, and with all %v", seen, all)
	}
}
