package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// print writes the timeline twice: with an answer, and without.
func (s *simulation) print(out io.Writer) error {
	m := s.message
	fmt.Fprintf(out, "%s: %s, %s, published %s, valid until %s.\n%s, tried out; nothing is sent.\n",
		s.partnership.Name, m.Kind, m.Urgency, s.clock(m.Sent), s.clock(m.Expires), s.people())
	if remark := remarkAt(s.asked, m.Sent.In(s.partnership.Location())); remark != "" {
		fmt.Fprintln(out, remark)
	}
	if m.Kind == broker.Closing {
		fmt.Fprintln(out, "It goes only to those who got what it closes: at most these.")
	}
	if gaps := s.partnership.Missing(s.approvers, m.Sent); len(gaps) > 0 {
		_, err := fmt.Fprintf(out, "\nIt would go nowhere: %s.\n", subscribers.RoutingRefusal{Gaps: gaps}.Say(broker.English))
		return err
	}
	rule, ok := s.plan.RuleFor(m.Kind, m.Urgency)
	if !ok {
		return fmt.Errorf("the plan has no rule for %s/%s", m.Kind, m.Urgency)
	}
	fmt.Fprintf(out, "\nrules[%d]: %s\n", s.plan.FirstRule(m.Kind, m.Urgency), rule.Explain(broker.English))
	opened := subscribers.NewApproval(m, s.partnership, rule, s.present(rule), m.Sent)
	if opened.State.Final() {
		return s.story(out, "What happens", opened.Unanswered(m.Expires, s.present(rule), m.Expires))
	}
	if err := s.answered(out, opened); err != nil {
		return err
	}
	return s.story(out, "If nobody answers", opened.Unanswered(m.Expires, s.present(rule), m.Expires))
}

func (s *simulation) people() string {
	if s.imagined {
		return several(len(s.members), "imagined member")
	}
	return several(len(s.members), "member")
}

// answered tells the story in which the first who was asked says yes.
func (s *simulation) answered(out io.Writer, opened subscribers.Approval) error {
	at := s.message.Sent.Add(s.answerAfter)
	moments := opened.Unanswered(s.message.Expires, s.present(opened.Rule), at)
	head := "If the coordinator says yes at once"
	if s.answerAfter > 0 {
		head = "If the coordinator says yes at " + s.clock(at)
	}
	last := moments[len(moments)-1].Approval
	asked := last.Between(0, last.Step, s.present(last.Rule))
	moved, err := last.Apply(subscribers.Decision{To: subscribers.ApprovalApproved, By: asked[0].Name, At: at, How: subscribers.HowLink}, s.message)
	if err != nil {
		head += ": too late, " + err.Error()
	} else {
		moments = append(moments, subscribers.Moment{At: at, Approval: moved})
	}
	return s.story(out, head, moments)
}

// outlook is what follows from moments: what leaves after the last of them, and
// what all of it costs.
type outlook struct {
	leaving []leaving // none unless the last moment grants it
	people  int       // to whom something leaves
	bill    *bill
}

// tell works out what follows from moments. Members counted before, in another
// partnership, are left out.
func (s *simulation) tell(moments []subscribers.Moment) outlook {
	out := outlook{bill: s.newBill()}
	for i := range moments {
		out.bill.letters(moments, i)
	}
	last := moments[len(moments)-1]
	if last.Approval.State.Granted() {
		out.leaving, out.people = s.departures(last)
	}
	for _, line := range out.leaving {
		out.bill.members(line)
	}
	return out
}

// story prints one line for each moment, what leaves after the last, and the cost.
func (s *simulation) story(out io.Writer, head string, moments []subscribers.Moment) error {
	fmt.Fprintf(out, "\n%s\n", head)
	for i, moment := range moments {
		fmt.Fprintf(out, "%s %s\n", s.column(moment.At), s.said(moments, i))
	}
	follows := s.tell(moments)
	for _, line := range follows.leaving {
		fmt.Fprintf(out, "%s %s\n", s.column(line.At), line.say())
	}
	last := moments[len(moments)-1]
	if after := last.Approval.Rule.Channels.FallbackAfter; after > 0 && last.Approval.State.Granted() && s.message.Urgency == broker.Immediate {
		fmt.Fprintf(out, "%s Whose message is not confirmed by now is reached on their next channel as well.\n", s.column(last.At.Add(after)))
	}
	return follows.bill.print(out)
}

// said is what a moment brings: who is asked, or how it ended.
func (s *simulation) said(moments []subscribers.Moment, i int) string {
	a := moments[i].Approval
	switch {
	case a.State == subscribers.ApprovalApproved && a.Decision.How == subscribers.HowPlan:
		return "The police send it directly, as the plan says; the coordinator is told."
	case a.State.Final():
		return a.Decision.Say(broker.English)
	case i == 0:
		return "It is published. Asked: " + s.names(a, 0) + "."
	case a.Rule.Approval.Ladder()[a.Step-1].Role == subscribers.RolePolice:
		return "No answer yet. From now on an officer may send it, with a reason."
	}
	return "No answer yet. Asked too: " + s.names(a, stepBefore(moments, i)) + "."
}

// stepBefore is how far the ladder had been climbed before a moment.
func stepBefore(moments []subscribers.Moment, i int) int {
	if i == 0 {
		return 0
	}
	return moments[i-1].Approval.Step
}

// present are those who would be asked on the day of the message.
func (s *simulation) present(rule subscribers.Rule) []subscribers.Approver {
	return rule.Approval.Present(s.approvers, s.partnership.Today(s.message.Sent))
}

// names lists who has been asked since a step, and on what.
func (s *simulation) names(a subscribers.Approval, since int) string {
	asked := a.Between(since, a.Step, s.present(a.Rule))
	if len(asked) == 0 {
		return "nobody"
	}
	said := make([]string, len(asked))
	for i, who := range asked {
		var on []string
		for _, e := range a.Questions(s.message, asked[i:i+1], s.available, s.message.Sent) {
			on = append(on, channelWord(e.Channel))
		}
		said[i] = who.Name
		if !strings.HasSuffix(who.Name, string(who.Role)) {
			said[i] += ", " + string(who.Role)
		}
		if len(on) == 0 {
			on = []string{"no channel at all"}
		}
		said[i] += " (by " + strings.Join(on, ", ") + ")"
	}
	return strings.Join(said, "; ")
}

func channelWord(name channels.Name) string {
	if name == channels.SMS {
		return "SMS"
	}
	return string(name)
}

// clock writes an instant in the partnership's zone.
func (s *simulation) clock(t time.Time) string {
	layout := "Mon 2006-01-02 15:04 MST"
	if t.Second() != 0 {
		layout = "Mon 2006-01-02 15:04:05 MST"
	}
	return t.In(s.partnership.Location()).Format(layout)
}

// column is the instant that a line of the timeline begins with.
func (s *simulation) column(t time.Time) string {
	said := "Never"
	if !t.IsZero() {
		said = s.clock(t)
	}
	return fmt.Sprintf("  %-25s ", said)
}
