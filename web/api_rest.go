package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// restJSON is when a member wants to be left alone, as programs see it.
type restJSON struct {
	Quiet      *quietJSON        `json:"quiet"`
	Pause      *subscribers.Span `json:"pause"`
	EvenUrgent bool              `json:"evenUrgent"`
}

type quietJSON struct {
	From subscribers.ClockTime `json:"from"`
	To   subscribers.ClockTime `json:"to"`
}

func restAsJSON(rest subscribers.Rest) restJSON {
	j := restJSON{EvenUrgent: rest.EvenUrgent}
	if q := rest.Quiet; q != nil {
		j.Quiet = &quietJSON{q.From, q.To}
	}
	if !rest.Pause.From.IsZero() {
		j.Pause = &rest.Pause
	}
	return j
}

func (j restJSON) rest() subscribers.Rest {
	rest := subscribers.Rest{EvenUrgent: j.EvenUrgent}
	if q := j.Quiet; q != nil {
		rest.Quiet = &subscribers.QuietHours{From: q.From, To: q.To}
	}
	if j.Pause != nil {
		rest.Pause = *j.Pause
	}
	return rest
}

func (s *server) apiRest(w http.ResponseWriter, r *http.Request) {
	id, ok := memberInPath(w, r)
	if !ok {
		return
	}
	member, err := s.Records.Member(r.Context(), id)
	if err != nil {
		s.failJSON(w, r, "read the member", err)
		return
	}
	writeJSON(w, http.StatusOK, restAsJSON(member.Rest))
}

// apiSetRest replaces the whole of a member's wish.
func (s *server) apiSetRest(w http.ResponseWriter, r *http.Request) {
	id, ok := memberInPath(w, r)
	if !ok {
		return
	}
	var j restJSON
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&j); err != nil {
		refuseFault(w, &broker.Fault{Field: "rest", Problem: "is not a JSON object with quiet, pause and evenUrgent", Remedy: `send {"quiet": {"from": "21:00", "to": "08:00"}, "pause": {"from": "2026-12-20", "until": "2027-01-03"}, "evenUrgent": false}; null for none`})
		return
	}
	rest := j.rest()
	var fault *broker.Fault
	if errors.As(rest.Validate(), &fault) {
		refuseFault(w, fault)
		return
	}
	if err := s.Records.SetRest(r.Context(), id, rest); err != nil {
		s.failJSON(w, r, "write when the member rests", err)
		return
	}
	writeJSON(w, http.StatusOK, restAsJSON(rest))
}

func memberInPath(w http.ResponseWriter, r *http.Request) (subscribers.MemberID, bool) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{Error: "The id is not a UUID; relais members rest prints it."})
	}
	return subscribers.MemberID{UUID: id}, err == nil
}
