package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// progressPage is the truth about one message.
type progressPage struct {
	view
	Head         messageHead
	Text         text
	Others       []text
	Actions      []action
	Summary      string
	Worries      []string // what the police must know first
	Done         bool
	Partnerships []partnershipProgress
	Pager        pager
	Refused      []refusedBy
	Routing      bool   // published, but not routed yet
	Events       string // where a script is told that something changed
}

// action leads to a message that answers this one.
type action struct{ Name, URL string }

type partnershipProgress struct {
	Name     string
	Outcome  outcome
	Waits    string // until when, while nobody has answered
	Left     string // how long that still is
	Release  string // from when on the police may send it themselves
	Asked    string // who has been asked so far; empty: nobody, or it is decided
	Next     string // who is asked too if nobody answers
	Unmet    string // how many could not be reached; empty: none
	Do       action // answer a question, send it, or see who decided what
	Plan     string
	Case     *action // until when word is owed, or how that ended; nil: none is
	Channels []channelProgress
	Planning bool // granted, and its deliveries are still being written
}

type channelProgress struct {
	Name   string
	Bar    bar
	Counts []countLine
	Times  string // first and last; empty: none yet
}

type countLine struct {
	Class, Name string
	N           int
}

type refusedBy struct{ Name, Reason string }

func (s *server) getMessage(w http.ResponseWriter, r *http.Request) {
	id, err := broker.ParseMessageID(r.PathValue("id"))
	if err != nil {
		s.refusePage(w, r, http.StatusNotFound)
		return
	}
	p := progressPage{view: s.deskView(r)}
	err = s.fillProgress(r, &p, id)
	if errors.Is(err, subscribers.ErrNotFound) && r.URL.Query().Has("published") {
		p.Routing, p.Live, err = true, true, nil
		p.Title = p.T("progress.routing.title")
	}
	if err != nil {
		s.failPage(w, r, "show the message", err)
		return
	}
	s.show(w, r, http.StatusOK, "progress", p)
}

func (s *server) fillProgress(r *http.Request, p *progressPage, id broker.MessageID) error {
	status, err := s.status(r.Context(), id)
	if err != nil {
		return err
	}
	m, err := s.Records.Message(r.Context(), id, status.Revision)
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	p.Head, p.Done, p.Live = p.head(m), status.Done, !status.Done
	p.Events = "/messages/" + id.String() + "/live"
	p.Text, p.Others = p.textsOf(m)
	p.Title = p.Text.Title
	p.Actions = p.actions(m)
	p.Summary, p.Worries = p.inShort(status.Standing()), p.worries(status.Status)
	parts := openFirst(status.Partnerships)
	from, to, pages := p.pageOf(r, "/messages/"+id.String()+"?page=", len(parts))
	p.Pager = pages
	for _, part := range parts[from:to] {
		p.Partnerships = append(p.Partnerships, p.partnership(part))
	}
	for _, refused := range status.Refused {
		partnership, err := s.Records.Partnership(r.Context(), refused.Partnership)
		if err != nil {
			return fmt.Errorf("read partnership: %w", err)
		}
		p.Refused = append(p.Refused, refusedBy{partnership.Name, refused.Say(p.Lang)})
	}
	return nil
}

// openFirst puts those that wait for somebody at the front, where not all fit on
// one page.
func openFirst(all []subscribers.PartnershipStatus) []subscribers.PartnershipStatus {
	if len(all) <= shownAtOnce {
		return all
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b subscribers.PartnershipStatus) int {
		switch {
		case a.State.Final() == b.State.Final():
			return 0
		case a.State.Final():
			return 1
		}
		return -1
	})
	return sorted
}

// actions are what may follow this message (PLP.md, rules 6 and 7).
func (v view) actions(m broker.Message) []action {
	if m.MsgType == broker.TypeCancel {
		return nil
	}
	link := func(key string, kind broker.Kind, t broker.MsgType) action {
		return action{v.T(key), v.URL(fmt.Sprintf("/messages/new?kind=%s&type=%s&ref=%s&zone=%s", kind, t, m.ID, m.Zone))}
	}
	var list []action
	if !m.Kind.AnswersAnother() {
		list = append(list, link("action.feedback", broker.Feedback, broker.TypeAlert), link("action.close", broker.Closing, broker.TypeAlert))
	}
	return append(list, link("action.correct", m.Kind, broker.TypeUpdate), link("action.withdraw", m.Kind, broker.TypeCancel))
}

func (v view) partnership(p subscribers.PartnershipStatus) partnershipProgress {
	shown := partnershipProgress{
		Name: p.Name, Plan: v.T("progress.plan", "version", p.PlanVersion),
		Planning: p.State.Granted() && !p.Planned,
	}
	d := subscribers.Decision{To: p.State, By: p.By, At: p.At, How: p.How, Why: p.Why, Until: p.Until}
	shown.Outcome, shown.Waits = v.decided(p.State, d, p.Deadline)
	shown.Left = v.left(p)
	shown.Asked, shown.Next = v.asked(p)
	if p.Unreached > 0 {
		shown.Unmet = v.N("progress.unmet", p.Unreached)
	}
	shown.Release = v.releaseFrom(p.Release)
	shown.Do = action{v.T("decision.see"), v.URL("/approvals/" + p.Approval.String())}
	switch {
	case p.State == subscribers.ApprovalQuestioned:
		shown.Do.Name = v.T("decision.answer")
	case p.ReleasableAt(v.now):
		shown.Do.Name, shown.Release = v.T("decision.release"), v.T("desk.release")
	}
	if p.Case != nil {
		shown.Case = &action{v.due(*p.Case), v.caseURL(p.Case.ID)}
	}
	for _, c := range p.Channels {
		shown.Channels = append(shown.Channels, v.channel(c))
	}
	return shown
}

// left says how long an answer is still waited for.
func (v view) left(p subscribers.PartnershipStatus) string {
	if p.State != subscribers.ApprovalPending {
		return ""
	}
	return v.leftTo(p.Deadline)
}

// leftTo says how long it is to an instant; nothing, when that is past.
func (v view) leftTo(end time.Time) string {
	if !end.After(v.now) {
		return ""
	}
	left := end.Sub(v.now)
	if left >= 2*time.Hour {
		return v.N("progress.left.hours", int(left/time.Hour))
	}
	return v.N("progress.left.minutes", int((left+time.Minute-1)/time.Minute))
}

// asked says who has been asked, and who is next.
func (v view) asked(p subscribers.PartnershipStatus) (so, next string) {
	if p.State.Final() || len(p.Asked) == 0 {
		return "", ""
	}
	names := make([]string, len(p.Asked))
	for i, role := range p.Asked {
		names[i] = v.T("asked." + string(role))
	}
	if p.Next != "" {
		next = v.T("progress.next", "who", v.T("asked."+string(p.Next)), "when", v.When(p.NextAt))
	}
	return v.T("progress.asked", "who", strings.Join(names, ", ")), next
}

// worries are what the police must know first: how far up the question has gone,
// and how many somebody has to ring at the door of.
func (v view) worries(status subscribers.Status) []string {
	var list []string
	climbed, unreached := 0, 0
	for _, p := range status.Partnerships {
		unreached += p.Unreached
		if !p.State.Final() && len(p.Asked) > 1 {
			climbed++
		}
	}
	if climbed > 0 {
		list = append(list, v.N("progress.climbed", climbed))
	}
	if unreached > 0 && len(status.Partnerships) > 1 {
		list = append(list, v.N("progress.unmet", unreached))
	}
	return list
}

func (v view) channel(c subscribers.ChannelStatus) channelProgress {
	shown := channelProgress{Name: v.T("channel." + string(c.Channel)), Bar: barOf(c.Counts)}
	for _, part := range barStates() {
		for _, state := range part.states {
			if n := c.Counts[state]; n > 0 {
				shown.Counts = append(shown.Counts, countLine{part.class, v.T("state." + string(state)), n})
			}
		}
	}
	for _, reason := range reasons() {
		if n := c.Suppressed[reason]; n > 0 {
			shown.Counts = append(shown.Counts, countLine{"none", v.T("reason." + string(reason)), n})
		}
	}
	switch {
	case c.First.IsZero():
	case c.First.Equal(c.Last):
		shown.Times = v.T("progress.time", "when", v.When(c.First))
	default:
		shown.Times = v.T("progress.times", "first", v.When(c.First), "last", v.When(c.Last))
	}
	return shown
}

// reasons are why deliveries are deliberately not sent, in the order in which pages show them.
func reasons() []channels.Reason {
	return []channels.Reason{channels.ReasonDuplicate, channels.ReasonNoChannel, channels.ReasonLeft, channels.ReasonCancelled, channels.ReasonLoop}
}
