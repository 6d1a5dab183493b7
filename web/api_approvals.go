package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// approvalJSON is an approval as programs see it.
type approvalJSON struct {
	ID          subscribers.ApprovalID    `json:"id"`
	Message     broker.MessageID          `json:"message"`
	Revision    int                       `json:"revision"`
	Partnership broker.PartnershipID      `json:"partnership"`
	State       subscribers.ApprovalState `json:"state"`
	Step        int                       `json:"step"`
	Rule        string                    `json:"rule"` // in a sentence
	PlanVersion int                       `json:"planVersion"`
	Asked       time.Time                 `json:"asked,omitzero"`
	Deadline    time.Time                 `json:"deadline,omitzero"`
	Release     time.Time                 `json:"release,omitzero"` // from when on an officer may send it
	Decision    *firstSaid                `json:"decision,omitempty"`
}

// firstSaid is the decision that stands.
type firstSaid struct {
	To   subscribers.ApprovalState `json:"to"`
	By   string                    `json:"by"`
	At   time.Time                 `json:"at"`
	How  subscribers.How           `json:"how"`
	Why  string                    `json:"why,omitempty"`
	Note string                    `json:"note,omitempty"`

	Until time.Time `json:"until,omitzero"` // of a hold
}

func approvalAsJSON(a subscribers.Approval) approvalJSON {
	return approvalJSON{
		ID: a.ID, Message: a.Message, Revision: a.Revision, Partnership: a.Partnership,
		State: a.State, Step: a.Step, Rule: a.Rule.Explain(broker.English), PlanVersion: a.PlanVersion,
		Asked: a.Asked, Deadline: a.Deadline, Release: a.ReleasableAt(), Decision: decisionAsJSON(a.Decision),
	}
}

func decisionAsJSON(d subscribers.Decision) *firstSaid {
	if d.To == "" {
		return nil
	}
	return &firstSaid{d.To, d.By, d.At, d.How, d.Why, d.Note, d.Until}
}

// apiApprovals lists what waits for an answer, in ?zone= or in all that the caller may see.
func (s *server) apiApprovals(w http.ResponseWriter, r *http.Request) {
	zones, err := s.askedZones(r)
	if err != nil {
		s.failJSON(w, r, "list the zones", err)
		return
	}
	list := []approvalJSON{}
	for _, zone := range zones {
		open, err := s.Records.OpenApprovals(r.Context(), zone)
		if err != nil {
			s.failJSON(w, r, "list the approvals", err)
			return
		}
		for _, a := range visible(r, zone, open, func(a subscribers.Approval) broker.PartnershipID { return a.Partnership }) {
			list = append(list, approvalAsJSON(a))
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"approvals": list})
}

// answer is what a program decides, and for whom.
type answer struct {
	By       string    `json:"by"`
	Note     string    `json:"note"`     // with an approval
	Until    time.Time `json:"until"`    // of a hold
	Question string    `json:"question"` // to the police
	Answer   string    `json:"answer"`   // of the police
	Reason   string    `json:"reason"`   // of a refusal or release
}

func readAnswer(r *http.Request, to subscribers.ApprovalState) (answer, *broker.Fault) {
	var a answer
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return a, &broker.Fault{Field: "answer", Problem: "is not a JSON object with by, and note, until, question, answer or reason", Remedy: `send {"by": "your name"}`}
	}
	a.By, a.Note = oneLine(a.By), oneLine(a.Note)
	a.Reason, a.Question, a.Answer = strings.TrimSpace(a.Reason), strings.TrimSpace(a.Question), strings.TrimSpace(a.Answer)
	if a.By = callerOf(r.Context()).called(a.By); a.By == "" {
		return a, &broker.Fault{Field: "by", Problem: "is missing", Remedy: "name the person who decides"}
	}
	return a, a.missing(to)
}
