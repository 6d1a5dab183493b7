package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"relais/subscribers"
)

// away is when the holder of an approver's link is not there, and the form that
// says so.
type away struct {
	Known       []awayLine
	From, Until string // as typed
	Today       string
	Fault       string
	Approver    bool // who has lost the role needs no absences
}

// awayLine is one absence; From names it when it is taken back.
type awayLine struct{ From, Text string }

// setAway notes that the holder of the link will be away, or will be there after all.
func (s *server) setAway(w http.ResponseWriter, r *http.Request, q question, action string) {
	known, ok, err := s.absencesOf(r.Context(), q)
	if err != nil || !ok {
		s.failQuestion(w, r, q, orNotFound(err))
		return
	}
	today := q.partnership.Today(s.Now())
	typed := away{From: r.PostForm.Get("from"), Until: r.PostForm.Get("until")}
	var span subscribers.Span
	fault := parseDays(typed, &span)
	if action == "back" {
		known, _ = subscribers.Back(known, span.From, today)
	} else if fault == nil {
		known, fault = subscribers.Away(known, span, today)
	}
	if fault != nil {
		typed.Fault = s.viewFor(r, q.lang).T("away.fault")
		s.showQuestion(w, r, q, http.StatusUnprocessableEntity, approvalPage{Away: typed})
		return
	}
	if err := s.Absences.SetAbsences(r.Context(), q.partnership.ID, q.member.ID, known); err != nil {
		s.failQuestion(w, r, q, fmt.Errorf("write absences: %w", err))
		return
	}
	http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther)
}

func orNotFound(err error) error {
	if err == nil {
		return subscribers.ErrNotFound
	}
	return err
}

func parseDays(typed away, span *subscribers.Span) error {
	if err := span.From.UnmarshalText([]byte(typed.From)); err != nil {
		return err
	}
	return span.Until.UnmarshalText([]byte(typed.Until))
}

// absencesOf returns when the holder of a link is away; false when they are no
// approver any more.
func (s *server) absencesOf(ctx context.Context, q question) ([]subscribers.Span, bool, error) {
	approvers, err := s.Absences.Approvers(ctx, q.partnership.ID)
	if err != nil {
		return nil, false, fmt.Errorf("list approvers: %w", err)
	}
	i := slices.IndexFunc(approvers, func(a subscribers.Approver) bool { return a.ID == q.member.ID })
	if i < 0 {
		return nil, false, nil
	}
	return approvers[i].Absences, true, nil
}

// awayOf fills in the form, with what was typed.
func (s *server) awayOf(ctx context.Context, v view, q question, typed away) (away, error) {
	known, ok, err := s.absencesOf(ctx, q)
	if err != nil {
		return typed, err
	}
	today := q.partnership.Today(s.Now())
	typed.Approver, typed.Today = ok, today.String()
	for _, span := range known {
		if !span.Over(today) && !span.Until.IsZero() {
			typed.Known = append(typed.Known, awayLine{span.From.String(), v.T("away.known", "from", v.Day(span.From), "until", v.Day(span.Until))})
		}
	}
	return typed, nil
}
