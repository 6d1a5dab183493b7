package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// moveJSON is one decision in an approval's history.
type moveJSON struct {
	Version int `json:"version"`
	firstSaid
}

// approvalWithMoves is one approval with all that was decided about it.
type approvalWithMoves struct {
	approvalJSON
	Moves []moveJSON `json:"moves"`
}

// apiApproval shows one approval and its history, the oldest first.
func (s *server) apiApproval(w http.ResponseWriter, r *http.Request) {
	id, ok := approvalIn(w, r)
	if !ok {
		return
	}
	a, err := s.Records.Approval(r.Context(), id)
	if err != nil {
		s.failJSON(w, r, "read the approval", err)
		return
	}
	moves, err := s.Records.Moves(r.Context(), id)
	if err != nil {
		s.failJSON(w, r, "read the decisions", err)
		return
	}
	answer := approvalWithMoves{approvalAsJSON(a), []moveJSON{}}
	for _, m := range moves {
		answer.Moves = append(answer.Moves, moveJSON{m.Version, *decisionAsJSON(m.Decision)})
	}
	writeJSON(w, http.StatusOK, answer)
}

// approvalIn reads the approval's id from the address, or answers that it is none.
func approvalIn(w http.ResponseWriter, r *http.Request) (subscribers.ApprovalID, bool) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{Error: "The id is not a UUID; GET /api/approvals lists them."})
	}
	return subscribers.ApprovalID{UUID: id}, err == nil
}

// apiDecide carries out one kind of decision for a program.
func (s *server) apiDecide(to subscribers.ApprovalState) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, ok := approvalIn(w, r)
		if !ok {
			return
		}
		a, fault := readAnswer(r, to)
		if fault != nil {
			refuseFault(w, fault)
			return
		}
		approval, err := s.Decider.Decide(r.Context(), id, callerOf(r.Context()).signed(a.decision(to, s.Now())))
		if err != nil {
			s.refuseDecision(w, r, err)
			return
		}
		writeJSON(w, http.StatusOK, approvalAsJSON(approval))
	}
}

// decision is what a program's answer means. An approval carries the note, and
// every other decision its own words.
func (a answer) decision(to subscribers.ApprovalState, now time.Time) subscribers.Decision {
	d := subscribers.Decision{To: to, By: a.By, At: now, How: subscribers.HowTerminal}
	switch to {
	case subscribers.ApprovalApproved:
		d.Note = a.Note
	case subscribers.ApprovalHeld:
		d.Until = a.Until
	case subscribers.ApprovalQuestioned:
		d.Why = a.Question
	case subscribers.ApprovalPending:
		d.Why = a.Answer
	default:
		d.Why = a.Reason
	}
	return d
}

// missing is the field without which a decision means nothing.
func (a answer) missing(to subscribers.ApprovalState) *broker.Fault {
	for _, field := range []struct {
		name    string
		to      subscribers.ApprovalState
		missing bool
		remedy  string
	}{
		{"reason", subscribers.ApprovalRefused, a.Reason == "", "say why, so that the police can learn from it"},
		{"until", subscribers.ApprovalHeld, a.Until.IsZero(), "say when the approvers are asked again, as 2026-11-24T08:00:00+01:00"},
		{"question", subscribers.ApprovalQuestioned, a.Question == "", "write what you want to ask the police"},
		{"answer", subscribers.ApprovalPending, a.Answer == "", "write what the police answer"},
		{"reason", subscribers.ApprovalOverruled, a.Reason == "", "say why the police send it themselves; it is kept"},
	} {
		if field.to == to && field.missing {
			return &broker.Fault{Field: field.name, Problem: "is missing", Remedy: field.remedy}
		}
	}
	return nil
}

func (s *server) refuseDecision(w http.ResponseWriter, r *http.Request, err error) {
	var decided *subscribers.DecidedError
	var refused *subscribers.RefusedMoveError
	switch {
	case errors.As(err, &decided):
		writeJSON(w, http.StatusConflict, problem{Error: "This was " + decided.Error() + "; that decision stands.", First: decisionAsJSON(decided.First)})
	case errors.As(err, &refused):
		writeJSON(w, http.StatusUnprocessableEntity, problem{Error: "Not possible: " + refused.Reason + "."})
	default:
		s.failJSON(w, r, "decide", err)
	}
}
