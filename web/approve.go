package web

import (
	"errors"
	"fmt"
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
	Push        pushOffer
	Head        messageHead
	Text        text
	Others      []text
	Rule        string
	Happens     string // empty once it is decided
	Until       string // until when an answer is of use
	Open        bool
	Outcome     outcome   // once it is decided
	Again       string    // the answer that came too late, in a sentence
	Standing    *standing // on hold, questioned or answered
	Journal     []journalLine
	Deciding    deciding
	Fault       string // of no field
	Away        away
	Back        string // the inbox; empty behind a link
}

// deciding is the form by which an approver answers. Several may stand on one page.
type deciding struct {
	view
	ID        string // ends the ids of its fields
	Post      string // where it goes; empty: to the page's own address
	Answers   answers
	MaxNote   int
	MaxReason int
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
	s.answerQuestion(w, r, q)
}

// answerQuestion carries out the form of an approver's page.
func (s *server) answerQuestion(w http.ResponseWriter, r *http.Request, q question) {
	r.Body = http.MaxBytesReader(w, r.Body, maxAnswer)
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	if action := r.PostForm.Get("action"); action == "away" || action == "back" {
		s.setAway(w, r, q, action)
		return
	}
	decision, said, ok := s.readAnswers(r.PostForm, q)
	if !ok {
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	s.decide(w, r, q, decision, approvalPage{Deciding: deciding{Answers: said}})
}

func (s *server) decide(w http.ResponseWriter, r *http.Request, q question, d subscribers.Decision, said approvalPage) {
	if s.expired(q) { // not even a refusal: the page says that it has lapsed
		s.showQuestion(w, r, q, 0, said)
		return
	}
	v := s.viewFor(r, q.lang)
	if utf8.RuneCountInString(d.Why) > maxReason {
		said.Deciding.Answers.tooLong(v, d.To)
		s.showQuestion(w, r, q, http.StatusUnprocessableEntity, said)
		return
	}
	moved, err := s.Decider.Decide(r.Context(), q.approval.ID, callerOf(r.Context()).signed(d))
	var decided *subscribers.DecidedError
	var refused *subscribers.RefusedMoveError
	switch {
	case err == nil, errors.As(err, &decided) && same(decided.First, d):
		http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther) // a reload must not send the form again
	case errors.As(err, &decided):
		q.approval.State, q.approval.Decision = decided.First.To, decided.First
		said.Again = v.T("approve.again." + string(d.To))
		s.showQuestion(w, r, q, http.StatusConflict, said)
	case errors.As(err, &refused) && same(moved.Decision, d):
		http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther)
	case errors.As(err, &refused):
		q.approval = moved // as it stands: somebody may have been faster
		status := said.explain(v, refused.Why, d)
		s.showQuestion(w, r, q, status, said)
	default:
		s.failQuestion(w, r, q, err)
	}
}

// same says whether a decision is a second tap on the button that made the first.
func same(first, second subscribers.Decision) bool {
	return first.By == second.By && first.To == second.To && (first.To.Final() || first.Why == second.Why)
}

// expired says whether an open approval can no longer be of use.
func (s *server) expired(q question) bool {
	return !q.approval.State.Final() && !s.Now().Before(q.message.Expires)
}

// showQuestion writes the approver's page as the approval stands. Status 0
// means the usual one: 200, or 410 when the chance to answer is over.
func (s *server) showQuestion(w http.ResponseWriter, r *http.Request, q question, status int, p approvalPage) {
	v := s.viewFor(r, q.lang).in(q.partnership)
	if q.how == subscribers.HowInbox {
		v = s.inboxView(r).in(q.partnership)
		p.Back = v.URL("/inbox")
	} else {
		p.Push = s.offerPush(v, "/a/"+r.PathValue("token"))
	}
	p.view = v
	p.Partnership = q.partnership.Name
	p.Head = v.head(q.message)
	p.Text, p.Others = v.textsOf(q.message, q.partnership.Languages...)
	p.Rule = q.approval.Rule.Explain(v.Lang)
	p.Deciding = deciding{view: v, Answers: p.Deciding.Answers, MaxNote: subscribers.MaxNote, MaxReason: maxReason}
	p.Open = !q.approval.State.Final() && !s.expired(q)
	if err := s.fillQuestion(r, &p, v, q); err != nil {
		s.failPage(w, r, "show the approval", err)
		return
	}
	if status == 0 {
		status = statusOf(p)
	}
	s.show(w, r, status, "approve", p)
}

// fillQuestion adds what depends on whether the approval is still open, what
// happened to it, and when the approver is away.
func (s *server) fillQuestion(r *http.Request, p *approvalPage, v view, q question) error {
	moves, err := s.Records.Moves(r.Context(), q.approval.ID)
	if err != nil {
		return fmt.Errorf("read decisions: %w", err)
	}
	p.Journal = v.journal(moves)
	if p.Away, err = s.awayOf(r.Context(), v, q, p.Away); err != nil {
		return err
	}
	if !p.Open {
		p.Outcome = v.outcome(q.approval.State, q.approval.Decision, q.member.Name)
		if s.expired(q) {
			p.Outcome = v.tooLate(q.message)
		}
		p.Title = p.Outcome.Title
		return nil
	}
	p.Title = v.T("approve.title")
	p.Standing = v.standing(q.approval, moves, q.member.Name)
	if q.approval.State == subscribers.ApprovalPending {
		p.Until = v.until(q.approval, q.message.Expires)
		p.Deciding.Answers.offer(v, q)
	}
	p.Happens, err = s.happens(r.Context(), v, q)
	return err
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
