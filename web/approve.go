package web

import (
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"relais/subscribers"
)

// maxAnswer is the longest form that an approver sends, in bytes.
const maxAnswer = 16 << 10

// maxReason is the longest reason for a refusal, in characters.
const maxReason = 500

// approvalPage is what an approver sees on their phone.
type approvalPage struct {
	view
	Partnership string
	Head        messageHead
	Text        text
	Others      []text
	Rule        string
	Happens     string // empty once it is decided
	Until       string // until when an answer is of use
	Open        bool
	Outcome     outcome // once it is decided
	Again       string  // the answer that came too late, in a sentence
	Note        string
	Reason      string
	NoteFault   string
	ReasonFault string
	Fault       string
	MaxNote     int
	MaxReason   int
}

func (s *server) getApproval(w http.ResponseWriter, r *http.Request) {
	q, err := s.question(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	s.showQuestion(w, r, q, 0, approvalPage{})
}

// postApproval decides. The holder of the link is its member; no sign-in, and
// no check of the form's origin, for the token itself is the authority.
func (s *server) postApproval(w http.ResponseWriter, r *http.Request) {
	q, err := s.question(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxAnswer)
	if err := r.ParseForm(); err != nil {
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	said := approvalPage{Note: oneLine(r.PostForm.Get("note")), Reason: oneLine(r.PostForm.Get("reason"))}
	decision := subscribers.Decision{By: q.member.Name, Member: q.member.ID, At: s.Now(), How: subscribers.HowLink}
	switch r.PostForm.Get("action") {
	case "approve":
		decision.To, decision.Note = subscribers.ApprovalApproved, said.Note
	case "refuse":
		decision.To, decision.Why = subscribers.ApprovalRefused, said.Reason
	default:
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	s.decide(w, r, q, decision, said)
}

func (s *server) decide(w http.ResponseWriter, r *http.Request, q question, d subscribers.Decision, said approvalPage) {
	if s.expired(q) { // not even a refusal: the page says that it has lapsed
		s.showQuestion(w, r, q, 0, said)
		return
	}
	v := s.viewFor(r, q.entry.Lang)
	switch {
	case utf8.RuneCountInString(d.Note) > subscribers.MaxNote:
		said.NoteFault = v.T("approve.note.long", "n", utf8.RuneCountInString(d.Note), "max", subscribers.MaxNote)
	case d.To == subscribers.ApprovalRefused && d.Why == "":
		said.ReasonFault = v.T("approve.reason.missing")
	case utf8.RuneCountInString(d.Why) > maxReason:
		said.ReasonFault = v.T("approve.reason.long", "max", maxReason)
	case d.By == q.message.Author: // PLP.md, rule 5
		said.Fault = v.T("approve.author")
	default:
		s.carryOut(w, r, q, d, said)
		return
	}
	s.showQuestion(w, r, q, http.StatusUnprocessableEntity, said)
}

func (s *server) carryOut(w http.ResponseWriter, r *http.Request, q question, d subscribers.Decision, said approvalPage) {
	moved, err := s.Decider.Decide(r.Context(), q.approval.ID, d)
	var decided *subscribers.DecidedError
	var refused *subscribers.RefusedMoveError
	switch {
	case err == nil:
		q.approval = moved
	case errors.As(err, &decided):
		if decided.First.By == d.By && decided.First.To == d.To {
			break // a second tap on the same button
		}
		q.approval.State, q.approval.Decision = decided.First.To, decided.First
		v := s.viewFor(r, q.entry.Lang)
		said.Again = v.T("approve.again." + string(d.To))
		s.showQuestion(w, r, q, http.StatusConflict, said)
		return
	case errors.As(err, &refused):
		said.Fault = s.viewFor(r, q.entry.Lang).T("approve.refusedMove")
		s.showQuestion(w, r, q, http.StatusConflict, said)
		return
	default:
		s.refuseLink(w, r, err)
		return
	}
	http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther) // a reload must not send the form again
}

// expired says whether an open approval can no longer be of use.
func (s *server) expired(q question) bool {
	return !q.approval.State.Final() && !s.Now().Before(q.message.Expires)
}

// showQuestion writes the approver's page as the approval stands. Status 0
// means the usual one: 200, or 410 when the chance to answer is over.
func (s *server) showQuestion(w http.ResponseWriter, r *http.Request, q question, status int, p approvalPage) {
	v := s.viewFor(r, q.entry.Lang).in(q.partnership)
	p.view = v
	p.Partnership = q.partnership.Name
	p.Head = v.head(q.message)
	p.Text, p.Others = v.textsOf(q.message, q.partnership.Languages...)
	p.Rule = q.approval.Rule.Explain(v.Lang)
	p.MaxNote, p.MaxReason = subscribers.MaxNote, maxReason
	p.Open = !q.approval.State.Final() && !s.expired(q)
	p.Title = v.T("approve.title")
	if p.Open {
		var err error
		if p.Happens, err = s.happens(r.Context(), v, q); err != nil {
			s.failPage(w, r, "say what will happen", err)
			return
		}
		p.Until = v.until(q.approval, q.message.Expires)
	} else {
		p.Outcome = v.outcome(q.approval.State, q.approval.Decision, q.member.Name)
		if s.expired(q) {
			p.Outcome = v.tooLate(q.message)
		}
		p.Title = p.Outcome.Title
	}
	if status == 0 {
		status = statusOf(p)
	}
	s.show(w, r, status, "approve", p)
}

func statusOf(p approvalPage) int {
	if p.Outcome.Class == "lapsed" {
		return http.StatusGone
	}
	return http.StatusOK
}

// deadline is until when an answer counts, and whether the police send then.
func deadline(a subscribers.Approval, expires time.Time) (end time.Time, police bool) {
	rule := a.Rule.Approval
	if rule.Within > 0 && a.Asked.Add(rule.Within).Before(expires) {
		return a.Asked.Add(rule.Within), rule.By == subscribers.ByCoordinatorThenPolice
	}
	return expires, false
}

// until says so to the approver.
func (v view) until(a subscribers.Approval, expires time.Time) string {
	end, police := deadline(a, expires)
	if police {
		return v.T("approve.until.police", "when", v.When(end))
	}
	return v.T("approve.until.lapses", "when", v.When(end))
}
