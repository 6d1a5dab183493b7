package web

import (
	"context"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// shownWaiting is how many unanswered questions the desk lists of one message;
// its page has all of them. An alert to a whole zone asks a thousand partnerships.
const shownWaiting = 5

// waiting is an approval that nobody has answered.
type waiting struct {
	Partnership, Title, URL, Kind, Class, Asked, Then string
	Lang                                              broker.Lang
	More                                              string // how many others of the same message wait; empty: none
	MoreURL                                           string
}

// questions are those about one message that the desk lists, and how many
// others there are.
type questions struct {
	shown []subscribers.Approval
	more  int
}

func (p *deskPage) fillWaiting(ctx context.Context, known recall, open []questions) error {
	for _, same := range open {
		for _, a := range same.shown {
			line, err := p.waiting(ctx, known, a)
			if err != nil {
				return err
			}
			p.Waiting = append(p.Waiting, line)
		}
		if same.more > 0 {
			last := &p.Waiting[len(p.Waiting)-1]
			last.More, last.MoreURL = p.N("desk.waiting.more", same.more), p.URL("/messages/"+same.shown[0].Message.String())
		}
	}
	return nil
}

// byMessage puts the questions about one message together, where its first stood.
func (v view) byMessage(open []subscribers.Approval) []questions {
	var all [][]subscribers.Approval
	places := make(map[broker.MessageID]int)
	for _, a := range open {
		place, known := places[a.Message]
		if !known {
			place = len(all)
			places[a.Message], all = place, append(all, nil)
		}
		all[place] = append(all[place], a)
	}
	listed := make([]questions, len(all))
	for i, same := range all {
		shown := v.forPoliceFirst(same)
		listed[i] = questions{shown, len(same) - len(shown)}
	}
	return listed
}

// forPoliceFirst are as many as are shown, in front those about which the police
// can do something.
func (v view) forPoliceFirst(all []subscribers.Approval) []subscribers.Approval {
	var first, then []subscribers.Approval
	for _, a := range all {
		switch {
		case len(first) == shownWaiting:
			return first
		case v.waitsForPolice(a):
			first = append(first, a)
		case len(then) < shownWaiting:
			then = append(then, a)
		}
	}
	return append(first, then[:min(len(then), shownWaiting-len(first))]...)
}

func (p *deskPage) waiting(ctx context.Context, known recall, a subscribers.Approval) (waiting, error) {
	m, partnership, err := known.matter(ctx, a.Message, a.Revision, a.Partnership)
	if err != nil {
		return waiting{}, err
	}
	t, lang := m.Text(p.Lang)
	return waiting{
		Partnership: partnership.Name, Title: t.Title, Lang: lang, URL: p.waitsAt(a),
		Kind: p.Kind(m.Kind), Class: string(m.Urgency), Asked: p.When(a.Asked),
		Then: p.expected(a, m.Expires),
	}, nil
}

// waitsForPolice: a question was put to them, or they may send without an answer.
func (v view) waitsForPolice(a subscribers.Approval) bool {
	return a.State == subscribers.ApprovalQuestioned || v.releasable(a)
}

// waitsAt is where the police can do something about an open approval: at the
// decision when it waits for them, else at the message.
func (v view) waitsAt(a subscribers.Approval) string {
	if v.waitsForPolice(a) {
		return v.URL("/approvals/" + a.ID.String())
	}
	return v.URL("/messages/" + a.Message.String())
}

func (v view) releasable(a subscribers.Approval) bool {
	at := a.ReleasableAt()
	return !at.IsZero() && !v.now.Before(at)
}

// expected says to the police what an approval waits for, and until when.
func (v view) expected(a subscribers.Approval, expires time.Time) string {
	switch {
	case a.State == subscribers.ApprovalHeld:
		return v.T("desk.held", "by", a.Decision.By, "until", v.When(a.Decision.Until))
	case a.State == subscribers.ApprovalQuestioned:
		return v.T("desk.questioned", "by", a.Decision.By, "why", a.Decision.Why)
	case v.releasable(a):
		return v.T("desk.release")
	}
	end, police := deadline(a, expires)
	if police {
		return v.T("desk.until.police", "when", v.When(end))
	}
	return v.T("desk.until.lapses", "when", v.When(end))
}
