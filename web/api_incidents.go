package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// incidentJSON is something that went wrong, as programs see it.
type incidentJSON struct {
	ID          subscribers.IncidentID   `json:"id"`
	Kind        subscribers.IncidentKind `json:"kind"`
	Zone        broker.ZoneID            `json:"zone,omitempty"` // none: it concerns the whole installation
	Partnership broker.PartnershipID     `json:"partnership,omitempty"`
	Message     *broker.MessageID        `json:"message,omitempty"`
	Title       string                   `json:"title"`
	Body        string                   `json:"body"`
	First       time.Time                `json:"first"`
	Last        time.Time                `json:"last"`
	Count       int                      `json:"count"`
	AckBy       string                   `json:"ackBy,omitempty"`
	AckAt       time.Time                `json:"ackAt,omitzero"`
}

// apiIncidents lists those of ?zone= or of all that nobody has acknowledged, in
// the language ?lang= or in English; with ?all=true the others as well.
func (s *server) apiIncidents(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	found, err := s.incidents(r, query.Get("all") == "true")
	if err != nil {
		s.failJSON(w, r, "list the incidents", err)
		return
	}
	list := []incidentJSON{}
	for _, i := range found {
		text, _ := textFor(i, broker.Lang(query.Get("lang")))
		shown := incidentJSON{i.ID, i.Kind, i.Zone, i.Partnership, nil, text.Title, text.Body, i.First, i.Last, i.Count, i.AckBy, i.AckAt}
		if i.Message != (broker.MessageID{}) {
			shown.Message = &i.Message
		}
		list = append(list, shown)
	}
	writeJSON(w, http.StatusOK, map[string]any{"incidents": list})
}

// incidents are those of each asked zone; what concerns the whole installation
// stands in every one, and once in the list.
func (s *server) incidents(r *http.Request, all bool) ([]subscribers.Incident, error) {
	zones, err := s.askedZones(r)
	if err != nil {
		return nil, err
	}
	if callerOf(r.Context()).everything && r.URL.Query().Get("zone") == "" {
		zones = []broker.ZoneID{""} // those of an installation without any zone as well
	}
	var list []subscribers.Incident
	seen := make(map[subscribers.IncidentID]bool)
	for _, zone := range zones {
		found, err := s.Incidents.Incidents(r.Context(), zone, all)
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			if !seen[i.ID] {
				seen[i.ID] = true
				list = append(list, i)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b subscribers.Incident) int { return b.Last.Compare(a.Last) })
	return list, nil
}

// apiAck notes who has seen an incident.
func (s *server) apiAck(w http.ResponseWriter, r *http.Request) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{Error: "The id is not a UUID; GET /api/incidents lists them."})
		return
	}
	var said struct {
		By string `json:"by"`
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&said); err != nil {
		refuseFault(w, &broker.Fault{Field: "answer", Problem: "is not a JSON object with by", Remedy: `send {"by": "your name"}`})
		return
	}
	if said.By = callerOf(r.Context()).called(oneLine(said.By)); said.By == "" || utf8.RuneCountInString(said.By) > maxBy {
		refuseFault(w, &broker.Fault{Field: "by", Problem: "is missing or too long", Remedy: "name the person who has seen the incident"})
		return
	}
	err = s.Incidents.AckIncident(r.Context(), subscribers.IncidentID{UUID: id}, said.By, s.Now())
	var seen *subscribers.IncidentSeenError
	switch {
	case errors.As(err, &seen):
		writeJSON(w, http.StatusConflict, problem{Error: "This incident was " + seen.Error() + "."})
	case err != nil:
		s.failJSON(w, r, "acknowledge the incident", err)
	default:
		writeJSON(w, http.StatusOK, map[string]any{"acknowledged": id})
	}
}
