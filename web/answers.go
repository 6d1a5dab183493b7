package web

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"relais/subscribers"
)

// answers is what an approver may say besides yes, as typed and with what is
// wrong with it.
type answers struct {
	Note, NoteFault         string
	Reason, ReasonFault     string
	Question, QuestionFault string
	Until, UntilFault       string // as a datetime-local field writes it

	CanAsk bool // put it on hold, or ask the police
	Holds  []holdChoice
	Latest string // until when the message is of use, for the field
	Valid  string // and for the reader
}

// readAnswers makes a decision of an approver's form; false: it is none.
func (s *server) readAnswers(form url.Values, q question) (subscribers.Decision, answers, bool) {
	said := answers{
		Note: oneLine(form.Get("note")), Reason: oneLine(form.Get("reason")),
		Question: oneLine(form.Get("question")), Until: strings.TrimSpace(form.Get("until")),
	}
	d := subscribers.Decision{By: q.member.Name, Member: q.member.ID, At: s.Now(), How: q.how}
	switch form.Get("action") {
	case "approve":
		d.To, d.Note = subscribers.ApprovalApproved, said.Note
	case "refuse":
		d.To, d.Why = subscribers.ApprovalRefused, said.Reason
	case "hold":
		d.To, d.Until = subscribers.ApprovalHeld, holdUntil(said.Until, form.Get("in"), d.At, q.partnership.Location())
	case "question":
		d.To, d.Why = subscribers.ApprovalQuestioned, said.Question
	}
	return d, said, d.To != ""
}

// offer adds what may be said while nobody has said anything.
func (a *answers) offer(v view, q question) {
	a.CanAsk = true
	a.Holds = v.holds(q.message)
	a.Latest = q.message.Expires.In(v.loc).Format(dateTimeLocal)
	a.Valid = v.When(q.message.Expires)
}

// tooLong says so beside the field that is.
func (a *answers) tooLong(v view, to subscribers.ApprovalState) {
	if to == subscribers.ApprovalQuestioned {
		a.QuestionFault = v.T("approve.question.long", "max", maxReason)
		return
	}
	a.ReasonFault = v.T("approve.reason.long", "max", maxReason)
}

// explain puts why a decision was refused beside its field, in the reader's
// language, and returns the page's status.
func (p *approvalPage) explain(v view, why subscribers.MoveFault, d subscribers.Decision) int {
	a := &p.Deciding.Answers
	switch why {
	case subscribers.FaultLongNote:
		a.NoteFault = v.T("approve.note.long", "n", utf8.RuneCountInString(d.Note), "max", subscribers.MaxNote)
	case subscribers.FaultNoReason:
		a.ReasonFault = v.T("approve.reason.missing")
	case subscribers.FaultNoQuestion:
		a.QuestionFault = v.T("approve.question.missing")
	case subscribers.FaultHold:
		a.UntilFault = v.T("approve.hold.fault")
	case subscribers.FaultAuthor: // PLP.md, rule 5
		p.Fault = v.T("approve.author")
	case subscribers.FaultNotApprover:
		p.Fault = v.T("approve.refused.person")
		return http.StatusForbidden
	case subscribers.FaultState:
		p.Fault = v.T("approve.refused.state")
		return http.StatusConflict
	default:
		p.Fault = v.T("approve.refusedMove")
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}
