package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

// Each message has what is its own, in the order in which it was asked for.
func TestStandingsOfSeveralMessages(t *testing.T) {
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
		found := got(s.Standings(t.Context(), ids, 2))(t)
		for i, id := range ids[:2] {
			full := subscribers.Outlined{Status: got(s.Status(t.Context(), id))(t), Counted: true}
			same(t, "with few deliveries it is as its status", got(s.Outline(t.Context(), id, 2))(t), full)
			same(t, "in numbers too", found[i], full.Standing())
		}
		outline := got(s.Outline(t.Context(), narrow.Message, 2))(t)
		same(t, "whom nothing reached", outline.Partnerships[0].Unreached, 1)
		same(t, "word is owed", outline.Partnerships[0].Case != nil, true)
		same(t, "the one with more, in numbers", found[2], got(s.Outline(t.Context(), wide.Message, 2))(t).Standing())
		same(t, "is counted", found[2].Counted, false)
		must(t, s.MarkPlanned(t.Context(), wide.ID, noon))
		full := subscribers.Outlined{Status: got(s.Status(t.Context(), wide.Message))(t), Counted: true}
		same(t, "all is written, and not all is final", full.Done, false)
		same(t, "in numbers, where more are counted", got(s.Standings(t.Context(), ids, 3))(t)[2], full.Standing())

		_, err := s.Outline(t.Context(), broker.NewMessageID(), 2)
		same(t, "one that does not exist is not found", errors.Is(err, subscribers.ErrNotFound), true)
		same(t, "none is asked for", got(s.Standings(t.Context(), nil, 2))(t), nil)
	})
}

// A gentle count comes to the same, over more partnerships than it takes at a time.
func TestCountingGently(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		var ids []broker.PartnershipID
		for i := range 25 {
			ids = append(ids, broker.PartnershipID(fmt.Sprintf("plp-%02d", i)))
			got(s.ImportPartnership(t.Context(), partnership(ids[i]), plan()))(t)
		}
		asked := granted(t, s, ids...)
		for _, a := range asked {
			got(s.Add(t.Context(), entries(a, people(2))))(t)
		}
		want := got(s.Status(t.Context(), asked[0].Message))(t)
		same(t, "the last one", want.Partnerships[24].Channels[0].Counts, map[channels.State]int{channels.Suppressed: 2}) // the addresses of the first
		same(t, "counted gently", got(s.StatusGently(t.Context(), asked[0].Message))(t), want)
		_, err := s.StatusGently(t.Context(), broker.NewMessageID())
		same(t, "one that does not exist is not found", errors.Is(err, subscribers.ErrNotFound), true)
		ctx, end := context.WithCancel(t.Context())
		end()
		_, err = s.StatusGently(ctx, asked[0].Message)
		same(t, "it ends with its context", errors.Is(err, context.Canceled), true)
	})
}

// What has another revision shows the newest one alone.
func TestOutlineOfACorrectedText(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		id := broker.NewMessageID()
		for revision, at := range []broker.PartnershipID{tilleuls, linden} {
			m := message(id, revision+1)
			asked := approval(m, at)
			if revision == 0 {
				asked.State = subscribers.ApprovalApproved
			}
			must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{asked}, nil, nil))
		}
		st := got(s.Outline(t.Context(), id, 9))(t)
		same(t, "revision", st.Revision, 2)
		same(t, "partnerships", len(st.Partnerships), 1)
		same(t, "asked with it", st.Partnerships[0].Partnership, linden)
		same(t, "in numbers", got(s.Standings(t.Context(), []broker.MessageID{id}, 9))(t)[0], st.Standing())

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
