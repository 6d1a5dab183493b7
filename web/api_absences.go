package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"relais/broker"
	"relais/subscribers"
)

// absentJSON is when one approver of a partnership is away.
type absentJSON struct {
	Member   subscribers.MemberID `json:"member"`
	Name     string               `json:"name"`
	Role     subscribers.Role     `json:"role"`
	Absences []subscribers.Span   `json:"absences"`
}

// apiAbsences lists a partnership's approvers, and when each is away.
func (s *server) apiAbsences(w http.ResponseWriter, r *http.Request) {
	p, err := s.Records.Partnership(r.Context(), broker.PartnershipID(r.PathValue("id")))
	if err != nil {
		s.failJSON(w, r, "read the partnership", err)
		return
	}
	approvers, err := s.Absences.Approvers(r.Context(), p.ID)
	if err != nil {
		s.failJSON(w, r, "list the approvers", err)
		return
	}
	list := []absentJSON{}
	for _, a := range approvers {
		list = append(list, absentJSON{a.ID, a.Name, a.Role, append([]subscribers.Span{}, a.Absences...)})
	}
	writeJSON(w, http.StatusOK, map[string]any{"approvers": list})
}

// absences is what a program writes for one approver: all of them, in place of
// what was there.
type absences struct {
	Member   subscribers.MemberID `json:"member"`
	Absences []subscribers.Span   `json:"absences"`
}

// apiSetAbsences replaces one approver's absences. Those that are over are dropped.
func (s *server) apiSetAbsences(w http.ResponseWriter, r *http.Request) {
	p, err := s.Records.Partnership(r.Context(), broker.PartnershipID(r.PathValue("id")))
	if err != nil {
		s.failJSON(w, r, "read the partnership", err)
		return
	}
	var body absences
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&body); err != nil {
		refuseFault(w, &broker.Fault{Field: "absences", Problem: "is not a JSON object with member and absences",
			Remedy: `send {"member": "…", "absences": [{"from": "2026-12-01", "until": "2026-12-08"}]}`})
		return
	}
	approvers, err := s.Absences.Approvers(r.Context(), p.ID)
	if err != nil {
		s.failJSON(w, r, "list the approvers", err)
		return
	}
	if !slices.ContainsFunc(approvers, func(a subscribers.Approver) bool { return a.ID == body.Member }) {
		refuseFault(w, &broker.Fault{Field: "member", Problem: "is no approver of this partnership", Remedy: "GET this address lists them"})
		return
	}
	who := callerOf(r.Context())
	if body.Member != who.account.ID && !who.mayAlso(subscribers.SetOthersAway, subscribers.Scope{Zone: p.Zone, Partnership: p.ID}) {
		s.refuseRight(w, r, doorAPI)
		return
	}
	away, fault := checked(body.Absences, p.Today(s.Now()))
	if fault != nil {
		refuseFault(w, fault)
		return
	}
	if err := s.Absences.SetAbsences(r.Context(), p.ID, body.Member, away); err != nil {
		s.failJSON(w, r, "write the absences", err)
		return
	}
	at := slices.IndexFunc(approvers, func(a subscribers.Approver) bool { return a.ID == body.Member })
	post := subscribers.Post{Role: subscribers.PostRole(approvers[at].Role), Zone: p.Zone, Partnership: p.ID}
	if err := s.notePost(r.Context(), subscribers.PostMove{Post: post, Who: body.Member, Changed: subscribers.AwayChanged}); err != nil {
		s.failJSON(w, r, "write the absences", err)
		return
	}
	s.apiAbsences(w, r)
}

// checked puts spans in order and drops those that are over.
func checked(spans []subscribers.Span, today subscribers.Date) ([]subscribers.Span, *broker.Fault) {
	var away []subscribers.Span
	for i, span := range spans {
		if span.Over(today) {
			continue
		}
		var err error
		if away, err = subscribers.Away(away, span, today); err != nil {
			return nil, &broker.Fault{Field: fmt.Sprintf("absences[%d]", i), Problem: "is refused: " + err.Error(), Remedy: "give from and until as 2026-12-01"}
		}
	}
	return away, nil
}
