package web

import (
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// incidentLine is something that went wrong, with a form to say that it was seen.
type incidentLine struct {
	ID, Name, Body   string
	Lang             broker.Lang
	When, Times      string
	Partnership, URL string // of the first of its messages; empty: none
	Post             string
	By, Fault        string // what was typed, and what is wrong with it
}

// maxBy is how long a name may be.
const maxBy = 200

func (s *server) fillIncidents(r *http.Request, p *deskPage, typed incidentLine) error {
	found, err := s.Incidents.Incidents(r.Context(), p.Zone, false)
	if err != nil {
		return fmt.Errorf("list incidents: %w", err)
	}
	for _, i := range found {
		line := p.incident(i)
		if i.Partnership != "" {
			partnership, err := s.Records.Partnership(r.Context(), i.Partnership)
			if err != nil && !errors.Is(err, subscribers.ErrNotFound) {
				return fmt.Errorf("read partnership: %w", err)
			}
			line.Partnership = partnership.Name
		}
		if line.ID == typed.ID {
			line.By, line.Fault = typed.By, typed.Fault
		}
		line.Post = p.URL("/incidents/" + line.ID + "/ack?zone=" + string(p.Zone))
		p.Incidents = append(p.Incidents, line)
	}
	return nil
}

func (v view) incident(i subscribers.Incident) incidentLine {
	text, lang := textFor(i, v.Lang)
	line := incidentLine{ID: i.ID.String(), Name: text.Title, Body: text.Body, Lang: lang, Times: v.N("incidents.times", i.Count)}
	line.When = v.T("incidents.once", "when", v.When(i.First))
	if !i.Last.Equal(i.First) {
		line.When = v.T("incidents.when", "first", v.When(i.First), "last", v.When(i.Last))
	}
	if i.Message != (broker.MessageID{}) {
		line.URL = v.URL("/messages/" + i.Message.String())
	}
	return line
}

// textFor is what an incident says to a reader, in English where their language is missing.
func textFor(i subscribers.Incident, lang broker.Lang) (broker.Text, broker.Lang) {
	if text, ok := i.Texts[lang]; ok {
		return text, lang
	}
	return i.Texts[broker.English], broker.English
}

// postAck notes who has seen an incident. Who comes second finds it gone.
func (s *server) postAck(w http.ResponseWriter, r *http.Request) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		s.failPage(w, r, "read the incident", subscribers.ErrNotFound)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	typed, v := incidentLine{ID: id.String(), By: callerOf(r.Context()).called(oneLine(r.PostForm.Get("by")))}, s.deskView(r)
	if typed.By == "" || utf8.RuneCountInString(typed.By) > maxBy {
		typed.Fault = v.T("fault.author")
		s.showDesk(w, r, http.StatusUnprocessableEntity, typed)
		return
	}
	err = s.Incidents.AckIncident(r.Context(), subscribers.IncidentID{UUID: id}, typed.By, s.Now())
	var seen *subscribers.IncidentSeenError
	if err != nil && !errors.As(err, &seen) {
		s.failPage(w, r, "acknowledge the incident", err)
		return
	}
	http.Redirect(w, r, v.URL("/?zone="+r.URL.Query().Get("zone")), http.StatusSeeOther)
}
