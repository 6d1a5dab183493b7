package web

import (
	"slices"

	"relais/subscribers"
)

// journalLine is one decision in an approval's history.
type journalLine struct{ When, Text string }

// journal tells what was decided about a message, the oldest first.
func (v view) journal(moves []subscribers.Move) []journalLine {
	lines := make([]journalLine, len(moves))
	for i, m := range moves {
		lines[i] = journalLine{v.When(m.At), v.T("journal."+told(m.Decision), "by", m.By, "why", m.Why, "until", v.When(m.Until))}
	}
	return lines
}

// told names the sentence that tells a decision.
func told(d subscribers.Decision) string {
	byPlan := d.How == subscribers.HowPlan
	switch {
	case d.To == subscribers.ApprovalApproved && byPlan:
		return "direct"
	case d.To == subscribers.ApprovalOverruled && !byPlan:
		return "released"
	case d.To == subscribers.ApprovalPending && d.Why != "":
		return "answered"
	case d.To == subscribers.ApprovalPending:
		return "resumed"
	case d.How == subscribers.HowCancel:
		return "withdrawn"
	case d.How == subscribers.HowRevision:
		return "replaced"
	}
	return string(d.To)
}

// standing is what somebody said about a message that is still open.
type standing struct {
	Title, Text      string
	AskedBy, Asked   string // who asked the police what
	AnswerBy, Answer string // who of the police answered, and what
}

// standing tells reader, who may be the one that said it; nil: nobody has said
// anything.
func (v view) standing(a subscribers.Approval, moves []subscribers.Move, reader string) *standing {
	d := a.Decision
	switch told(d) {
	case "held", "questioned":
		key := "standing." + string(d.To)
		if d.By == reader {
			key += ".you"
		}
		st := &standing{Title: v.T("outcome." + string(d.To) + ".title"), Text: v.T(key, "by", d.By, "when", v.When(d.At), "until", v.When(d.Until))}
		if d.To == subscribers.ApprovalQuestioned {
			st.AskedBy, st.Asked = v.T("standing.asked", "by", d.By), d.Why
		}
		return st
	case "answered":
		st := &standing{Title: v.T("standing.answered.title"), AnswerBy: v.T("standing.answer", "by", d.By), Answer: d.Why}
		for _, m := range slices.Backward(moves) {
			if m.To == subscribers.ApprovalQuestioned {
				st.AskedBy, st.Asked = v.T("standing.asked", "by", m.By), m.Why
				break
			}
		}
		return st
	case "resumed":
		return &standing{Title: v.T("standing.resumed.title"), Text: v.T("standing.resumed")}
	}
	return nil
}
