package web

import (
	"relais/broker"
	"relais/subscribers"
)

// outcome is a decision as a page tells it.
type outcome struct {
	Class string // approved, refused, lapsed or open; for the colour
	Title string
	Text  string // who, when, how
	Why   string // the reason for a refusal, in the words of who refused
	Note  string // the local note that went with it
	Next  string // what to do now
}

// outcome tells a decision to reader, who may be the one that took it.
func (v view) outcome(state subscribers.ApprovalState, d subscribers.Decision, reader string) outcome {
	o := outcome{Class: decidedClass(state), Title: v.T("outcome." + string(state) + ".title")}
	pairs := []any{"by", d.By, "when", v.When(d.At), "how", v.T("how." + string(d.How))}
	switch {
	case state == subscribers.ApprovalApproved && d.How == subscribers.HowPlan:
		o.Text = v.T("outcome.direct", pairs...)
	case state == subscribers.ApprovalApproved || state == subscribers.ApprovalRefused:
		key := "outcome." + string(state)
		if d.By == reader {
			key += ".you"
		}
		o.Text = v.T(key, pairs...)
	case state == subscribers.ApprovalOverruled && d.How != subscribers.HowPlan:
		o.Text = v.T("outcome.released", pairs...)
	case state == subscribers.ApprovalOverruled:
		o.Text = v.T("outcome.overruled", pairs...)
	case d.How == subscribers.HowCancel:
		o.Text = v.T("outcome.withdrawn", pairs...)
	case d.How == subscribers.HowRevision:
		o.Text, o.Next = v.T("outcome.replaced", pairs...), v.T("outcome.next.newer")
	default:
		o.Text, o.Next = v.T("outcome.lapsed", pairs...), v.T("outcome.next.police")
	}
	o.Note = d.Note
	if d.How != subscribers.HowPlan && d.How != subscribers.HowRevision && d.How != subscribers.HowCancel {
		o.Why = d.Why
	}
	return o
}

// tooLate tells an approver that a message has expired before anybody answered.
func (v view) tooLate(m broker.Message) outcome {
	return outcome{
		Class: "lapsed", Title: v.T("outcome.expired.title"),
		Text: v.T("outcome.expired", "when", v.When(m.Expires)), Next: v.T("outcome.next.police"),
	}
}

func decidedClass(state subscribers.ApprovalState) string {
	switch {
	case state.Granted():
		return "approved"
	case state == subscribers.ApprovalRefused:
		return "refused"
	case state == subscribers.ApprovalLapsed:
		return "lapsed"
	}
	return "open"
}

// messageHead is what stands above a message's text.
type messageHead struct {
	Kind    string
	Urgency string
	Class   string // the urgency, for the colour
	Type    string // correction or withdrawal; empty for something new
	Author  string
	Reason  string // for which it may name somebody; usually empty
	Sent    string
	Expires string
	Over    bool // the message has expired
}

func (v view) head(m broker.Message) messageHead {
	h := messageHead{
		Kind: v.Kind(m.Kind), Urgency: v.Urgency(m.Urgency), Class: string(m.Urgency),
		Author: v.byline(m), Reason: m.Override, Sent: v.When(m.Sent), Expires: v.When(m.Expires), Over: !v.now.Before(m.Expires),
	}
	switch m.MsgType {
	case broker.TypeUpdate:
		h.Type = v.words.Update
	case broker.TypeCancel:
		h.Type = v.words.Cancel
	}
	return h
}
