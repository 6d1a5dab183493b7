package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// caseJSON is what the police still owe, as programs see it.
type caseJSON struct {
	ID          subscribers.CaseID   `json:"id"`
	Zone        broker.ZoneID        `json:"zone"`
	Partnership broker.PartnershipID `json:"partnership"`
	Message     broker.MessageID     `json:"message"`
	Title       string               `json:"title"`
	Owner       string               `json:"owner"`
	Opened      time.Time            `json:"opened"`
	Due         time.Time            `json:"due"`
	Overdue     bool                 `json:"overdue"`
	Reminders   int                  `json:"reminders"`
}

// apiCases lists the open cases of ?zone= or of all, those that are due first
// at the front; with ?overdue=true only those whose time has come.
func (s *server) apiCases(w http.ResponseWriter, r *http.Request) {
	open, err := s.openCases(r)
	if err != nil {
		s.failJSON(w, r, "list the cases", err)
		return
	}
	list := []caseJSON{}
	for _, c := range open {
		overdue := c.OverdueAt(s.Now())
		if r.URL.Query().Get("overdue") == "true" && !overdue {
			continue
		}
		m, err := s.Records.Message(r.Context(), c.Message, c.Revision)
		if err != nil {
			s.failJSON(w, r, "read the message", err)
			return
		}
		text, _ := m.Text(broker.English)
		list = append(list, caseJSON{c.ID, c.Zone, c.Partnership, c.Message, text.Title, c.Owner, c.Opened, c.Due, overdue, int(c.Step)})
	}
	writeJSON(w, http.StatusOK, map[string]any{"cases": list})
}

// openCases are those of each asked zone, due first at the front.
func (s *server) openCases(r *http.Request) ([]subscribers.Case, error) {
	zones, err := s.askedZones(r)
	if err != nil {
		return nil, err
	}
	var all []subscribers.Case
	for _, zone := range zones {
		open, err := s.Records.OpenCases(r.Context(), zone)
		if err != nil {
			return nil, err
		}
		all = append(all, open...)
	}
	slices.SortStableFunc(all, func(a, b subscribers.Case) int { return a.Due.Compare(b.Due) })
	return all, nil
}

// noWord is why there will be no word, and who says so.
type noWord struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// apiCloseCase closes one because the inquiry allows no word.
func (s *server) apiCloseCase(w http.ResponseWriter, r *http.Request) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{Error: "The id is not a UUID; GET /api/cases lists them."})
		return
	}
	var said noWord
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&said); err != nil {
		refuseFault(w, &broker.Fault{Field: "answer", Problem: "is not a JSON object with by and reason", Remedy: `send {"by": "your name"}`})
		return
	}
	if said.By = callerOf(r.Context()).called(oneLine(said.By)); said.By == "" {
		refuseFault(w, &broker.Fault{Field: "by", Problem: "is missing", Remedy: "name the officer who says that the inquiry allows no word"})
		return
	}
	_, err = s.CaseCloser.Close(r.Context(), subscribers.CaseID{UUID: id}, said.By, oneLine(said.Reason))
	var closed *subscribers.CaseClosedError
	switch {
	case errors.As(err, &closed):
		writeJSON(w, http.StatusConflict, problem{Error: "This case was " + closed.Error() + "."})
	case err != nil:
		s.failJSON(w, r, "close the case", err)
	default:
		writeJSON(w, http.StatusOK, map[string]any{"closed": id})
	}
}
