package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	if err := s.noteRest(r.Context(), id); err != nil {
		s.failJSON(w, r, "write when the member rests", err)
		return
	}
	writeJSON(w, http.StatusOK, restAsJSON(rest))
}

// noteRest writes into the journal of each partnership of a member that their
// wish was changed, and by which program: it was not they.
func (s *server) noteRest(ctx context.Context, id subscribers.MemberID) error {
	in, err := s.Members.Belonging(ctx, id)
	if err != nil {
		return fmt.Errorf("read partnerships: %w", err)
	}
	for _, of := range in {
		p, err := s.Records.Partnership(ctx, of)
		if err != nil {
			return fmt.Errorf("read partnership: %w", err)
		}
		post := subscribers.Post{Role: subscribers.PostMember, Zone: p.Zone, Partnership: p.ID}
		if err := s.notePost(ctx, subscribers.PostMove{Post: post, Who: id, Changed: subscribers.RestChanged}); err != nil {
			return err
		}
	}
	return nil
}

func memberInPath(w http.ResponseWriter, r *http.Request) (subscribers.MemberID, bool) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{Error: "The id is not a UUID; relais members rest prints it."})
	}
	return subscribers.MemberID{UUID: id}, err == nil
}
