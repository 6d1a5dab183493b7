package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"relais/broker"
	"relais/subscribers"
)

// decisionPage is one partnership's decision about a message, as the police see
// it: an open question with a form to answer it, or a form to send it where
// nobody has answered. It stands apart from the message's own page because that
// one reloads itself, and would take away what somebody is typing.
type decisionPage struct {
	view
	Back     string // the message's page
	Name     string // of the partnership
	Head     messageHead
	Text     text
	Outcome  outcome
	Waits    string
	Release  string // from when on it may be sent without an answer; empty: not, or already
	Journal  []journalLine
	Form     *decisionForm
	Fault    string // of no field
	MaxWords int
}

// decisionForm asks the police for some words: an answer, or why it cannot wait.
type decisionForm struct {
	URL, Heading, Label, Hint, Button string
	Words, WordsFault                 string
	By, ByFault                       string
	Others                            string // in how many other partnerships it can be sent with the same words; empty: in none
	All                               bool   // they are chosen
}

// matterOfDesk is an approval with what the desk's page about it needs.
type matterOfDesk struct {
	approval    subscribers.Approval
	message     broker.Message
	partnership subscribers.Partnership
}

func (s *server) readMatter(r *http.Request) (d matterOfDesk, err error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return d, subscribers.ErrNotFound
	}
	if d.approval, err = s.Records.Approval(r.Context(), subscribers.ApprovalID{UUID: id}); err != nil {
		return d, fmt.Errorf("read approval: %w", err)
	}
	d.message, d.partnership, err = s.matter(r.Context(), d.approval)
	return d, err
}

func (s *server) getDecision(w http.ResponseWriter, r *http.Request) {
	d, err := s.readMatter(r)
	if err != nil {
		s.failPage(w, r, "show the decision", err)
		return
	}
	s.showDecision(w, r, http.StatusOK, d, decisionPage{})
}

// postDecision answers a question, or sends what nobody answered, in the name
// that the form gives.
func (s *server) postDecision(to subscribers.ApprovalState) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := s.readMatter(r)
		if err != nil {
			s.failPage(w, r, "read the decision", err)
			return
		}
		if err := r.ParseForm(); err != nil {
			s.refuseForm(w, r, err)
			return
		}
		form := decisionForm{By: callerOf(r.Context()).called(oneLine(r.PostForm.Get("by"))), Words: oneLine(r.PostForm.Get("words")), All: r.PostForm.Has("all") && to == subscribers.ApprovalOverruled}
		v := s.deskView(r)
		if form.By == "" {
			form.ByFault = v.T("fault.author")
		}
		if form.Words == "" || utf8.RuneCountInString(form.Words) > maxReason {
			form.WordsFault = v.T("decision.words", "max", maxReason)
		}
		if form.ByFault+form.WordsFault != "" {
			s.showDecision(w, r, http.StatusUnprocessableEntity, d, decisionPage{Form: &form})
			return
		}
		s.decideAsPolice(w, r, d, form, callerOf(r.Context()).signed(subscribers.Decision{
			To: to, By: form.By, At: s.Now(), How: subscribers.HowDesk, Why: form.Words,
		}))
	}
}

// decideAsPolice carries out a decision, in the other partnerships too where the
// form says so. Sent twice, it goes on with those that are left.
func (s *server) decideAsPolice(w http.ResponseWriter, r *http.Request, d matterOfDesk, form decisionForm, say subscribers.Decision) {
	moved, err := s.Decider.Decide(r.Context(), d.approval.ID, say)
	done := err == nil || moved.Decision.By == say.By && moved.Decision.To == say.To && moved.Decision.Why == say.Why
	switch {
	case !done:
		s.refuseOfficer(w, r, d, form, err)
	case !form.All:
		http.Redirect(w, r, s.deskView(r).URL("/approvals/"+d.approval.ID.String()), http.StatusSeeOther)
	default:
		if err := s.releaseOthers(r.Context(), d, say); err != nil {
			s.failPage(w, r, "send it in the other partnerships", err)
			return
		}
		http.Redirect(w, r, s.deskView(r).URL("/messages/"+d.message.ID.String()), http.StatusSeeOther)
	}
}

// refuseOfficer says in the reader's language why nothing was done, beside how
// things stand now.
func (s *server) refuseOfficer(w http.ResponseWriter, r *http.Request, d matterOfDesk, form decisionForm, err error) {
	v := s.deskView(r)
	var decided *subscribers.DecidedError
	var refused *subscribers.RefusedMoveError
	fault, status := v.T("decision.moved"), http.StatusConflict
	switch {
	case errors.As(err, &decided):
	case !errors.As(err, &refused):
		s.failPage(w, r, "decide", err)
		return
	case refused.Why == subscribers.FaultAuthor: // PLP.md, rule 5
		fault, status = v.T("decision.author"), http.StatusUnprocessableEntity
	case refused.Why == subscribers.FaultEarlyRelease:
		fault, status = v.in(d.partnership).T("decision.early", "when", v.When(d.approval.ReleasableAt())), http.StatusUnprocessableEntity
	case refused.Why == subscribers.FaultNoRelease && d.approval.Rule.Approval.ReleaseAfter == 0:
		fault, status = v.T("decision.never"), http.StatusUnprocessableEntity
	}
	if d, err = s.readMatter(r); err != nil {
		s.failPage(w, r, "show the decision", err)
		return
	}
	s.showDecision(w, r, status, d, decisionPage{Form: &form, Fault: fault})
}

func (s *server) showDecision(w http.ResponseWriter, r *http.Request, status int, d matterOfDesk, p decisionPage) {
	moves, err := s.Records.Moves(r.Context(), d.approval.ID)
	if err != nil {
		s.failPage(w, r, "read the decisions", err)
		return
	}
	p.view = s.deskView(r).in(d.partnership)
	p.Back = p.URL("/messages/" + d.message.ID.String())
	p.Name, p.Head, p.MaxWords = d.partnership.Name, p.head(d.message), maxReason
	p.Text, _ = p.textsOf(d.message, d.partnership.Languages...)
	p.Title = p.Name
	p.Outcome, p.Waits = p.decided(d.approval.State, d.approval.Decision, d.approval.Deadline)
	p.Release = p.releaseFrom(d.approval.ReleasableAt())
	p.Journal = p.journal(moves)
	typed := p.Form
	if p.Form = p.formFor(d.approval, d.message); p.Form != nil && typed != nil {
		p.Form.By, p.Form.ByFault, p.Form.Words, p.Form.WordsFault, p.Form.All = typed.By, typed.ByFault, typed.Words, typed.WordsFault, typed.All
	}
	if err := s.fillOthers(r.Context(), &p, d); err != nil {
		s.failPage(w, r, "show the decision", err)
		return
	}
	s.show(w, r, status, "decision", p)
}

// formFor is what the police may say now; nil: nothing.
func (v view) formFor(a subscribers.Approval, m broker.Message) *decisionForm {
	url := func(verb string) string { return v.URL("/approvals/" + a.ID.String() + "/" + verb) }
	switch {
	case !v.now.Before(m.Expires):
		return nil
	case a.State == subscribers.ApprovalQuestioned:
		return &decisionForm{URL: url("answer"), Heading: v.T("decision.answer"), Label: v.T("decision.answer.label"),
			Hint: v.T("decision.answer.hint"), Button: v.T("decision.answer.yes")}
	case v.releasable(a):
		return &decisionForm{URL: url("release"), Heading: v.T("decision.release"), Label: v.T("decision.release.label"),
			Hint: v.T("decision.release.hint"), Button: v.T("decision.release.yes")}
	}
	return nil
}

// releaseFrom says from when on the police may send it, while that is to come.
func (v view) releaseFrom(at time.Time) string {
	if at.IsZero() || !v.now.Before(at) {
		return ""
	}
	return v.T("progress.release", "when", v.When(at))
}

// decided tells the police what became of an approval, and while it waits, until when.
func (v view) decided(state subscribers.ApprovalState, d subscribers.Decision, deadline time.Time) (outcome, string) {
	if state.Final() {
		return v.outcome(state, d, ""), ""
	}
	o := outcome{Class: "open", Title: v.T("outcome." + string(state) + ".title")}
	pairs := []any{"by", d.By, "when", v.When(d.At), "how", v.T("how." + string(d.How)), "until", v.When(d.Until)}
	switch told(d) {
	case "held":
		o.Text = v.T("progress.held", pairs...)
		return o, ""
	case "questioned":
		o.Text, o.Why = v.T("progress.questioned", pairs...), d.Why
		return o, ""
	case "answered":
		o.Text = v.T("standing.answered.title")
	}
	if deadline.IsZero() {
		return o, ""
	}
	return o, v.T("progress.deadline", "when", v.When(deadline))
}
