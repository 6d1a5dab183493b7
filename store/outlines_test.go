package store_test

import (
	"errors"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// Each message has what is its own, in the order in which it was asked for.
func TestOutlinesOfSeveralMessages(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		wide := granted(t, s, tilleuls)[0]
		got(s.Add(t.Context(), entries(wide, people(3))))(t)
		narrow := granted(t, s, linden)[0]
		sent := entries(narrow, people(2))
		got(s.Add(t.Context(), sent))(t)
		must(t, s.MarkPlanned(t.Context(), narrow.ID, noon))
		got(s.Claim(t.Context(), idsOf(sent), noon, time.Minute))(t)
		got(s.Record(t.Context(), []subscribers.Outcome{outcome(sent[0].ID, channels.Delivered), outcome(sent[1].ID, channels.Failed)}))(t)
		must(t, s.OpenCase(t.Context(), subscribers.Case{ID: subscribers.CaseIDFor(narrow.Message, linden), Zone: "demo", Partnership: linden, Matter: narrow.Message, Message: narrow.Message, Revision: 1, Opened: noon, Due: noon}))
		refused := message(broker.NewMessageID(), 1)
		must(t, s.Open(t.Context(), refused, noon, nil, []subscribers.RoutingRefusal{{Partnership: linden, Gaps: []subscribers.Gap{subscribers.GapCharter}}}, nil))

		ids := []broker.MessageID{refused.ID, narrow.Message, wide.Message}
		found := got(s.Outlines(t.Context(), ids, 2))(t)
		for i, id := range ids[:2] {
			same(t, "those with few deliveries are as their status", found[i], subscribers.Outlined{Status: got(s.Status(t.Context(), id))(t), Counted: true})
		}
		same(t, "whom nothing reached", found[1].Partnerships[0].Unreached, 1)
		same(t, "word is owed", found[1].Partnerships[0].Case != nil, true)
		same(t, "the one with more", found[2].Message, wide.Message)
		same(t, "is counted", found[2].Counted, false)

		_, err := s.Outlines(t.Context(), []broker.MessageID{narrow.Message, broker.NewMessageID()}, 2)
		same(t, "one that does not exist is not found", errors.Is(err, subscribers.ErrNotFound), true)
		same(t, "none is asked for", got(s.Outlines(t.Context(), nil, 2))(t), nil)
	})
}

// What has another revision shows the newest one alone.
func TestOutlineOfACorrectedText(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		id := broker.NewMessageID()
		for revision, at := range []broker.PartnershipID{tilleuls, linden} {
			m := message(id, revision+1)
			must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{approval(m, at)}, nil, nil))
		}
		st := got(s.Outlines(t.Context(), []broker.MessageID{id}, 9))(t)[0]
		same(t, "revision", st.Revision, 2)
		same(t, "partnerships", len(st.Partnerships), 1)
		same(t, "asked with it", st.Partnerships[0].Partnership, linden)

		all := got(s.Revisions(t.Context(), []broker.MessageID{id, broker.NewMessageID(), id}))(t)
		same(t, "revisions", len(all), 2)
		same(t, "their numbers together", all[0].Revision+all[1].Revision, 3)
		same(t, "of none", len(got(s.Revisions(t.Context(), nil))(t)), 0)
	})
}

func TestFirstCases(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		for i, at := range []broker.PartnershipID{tilleuls, linden, tilleuls} {
			a := granted(t, s, at)[0]
			must(t, s.OpenCase(t.Context(), subscribers.Case{ID: subscribers.CaseIDFor(a.Message, at), Zone: "demo", Partnership: at, Matter: a.Message, Message: a.Message, Revision: 1, Opened: noon, Due: noon.Add(time.Duration(3-i) * time.Hour)}))
			if i == 1 {
				must(t, s.EndCases(t.Context(), []broker.MessageID{a.Message}, at, subscribers.CaseEnd{How: subscribers.NotAllowed, By: "CP Maes", At: noon, Why: "the magistrate"}))
			}
		}
		first, all, err := s.FirstCases(t.Context(), "demo", 1)
		must(t, err)
		same(t, "all open ones", all, 2)
		same(t, "shown", len(first), 1)
		same(t, "due first", first[0].Due, noon.Add(time.Hour))
		_, all, err = s.FirstCases(t.Context(), "elsewhere", 1)
		must(t, err)
		same(t, "in another zone", all, 0)
	})
}

// What one letter to the police is about besides: those who got the same message
// and are to answer by the same time, and those who wait for the same word.
func TestOthersOfTheSameMatter(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		m := message(broker.NewMessageID(), 1)
		first, second, later, answered := approval(m, tilleuls), approval(m, linden), approval(m, "c"), approval(m, "d")
		later.Deadline, answered.State = first.Deadline.Add(time.Minute), subscribers.ApprovalApproved
		elsewhere := message(broker.NewMessageID(), 1)
		must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{first, second, later, answered}, nil, nil))
		must(t, s.Open(t.Context(), elsewhere, noon, []subscribers.Approval{approval(elsewhere, tilleuls)}, nil, nil))
		same(t, "who else has not answered", got(s.AlsoWaiting(t.Context(), first))(t), 1)
		same(t, "than the one whose time comes later", got(s.AlsoWaiting(t.Context(), later))(t), 0)

		var cases []subscribers.Case
		for _, p := range []broker.PartnershipID{tilleuls, linden, "c"} {
			c := subscribers.Case{ID: subscribers.CaseIDFor(m.ID, p), Zone: "demo", Partnership: p, Matter: m.ID, Message: m.ID, Revision: 1, Opened: noon, Due: noon}
			must(t, s.OpenCase(t.Context(), c))
			cases = append(cases, c)
		}
		must(t, s.EndCases(t.Context(), []broker.MessageID{m.ID}, "c", subscribers.CaseEnd{How: subscribers.NotAllowed, By: "CP Maes", At: noon, Why: "the magistrate"}))
		same(t, "who waits for word", len(got(s.CasesOf(t.Context(), m.ID))(t)), 2)
		same(t, "who else waits for word", got(s.AlsoOwed(t.Context(), cases[0]))(t), 1)
	})
}
