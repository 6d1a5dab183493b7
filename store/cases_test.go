package store_test

import (
	"testing"
	"time"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

// The status of a message tells of the word that is owed about it; a correction's
// tells of that about what it corrects.
func TestStatusTellsOfTheCase(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		a := granted(t, s, tilleuls, linden)[0]
		c := subscribers.Case{
			ID: subscribers.CaseIDFor(a.Message, tilleuls), Zone: "demo", Partnership: tilleuls, Matter: a.Message, Message: a.Message, Revision: 1,
			Owner: "Insp. Delvaux", Opened: noon, Due: noon.Add(24 * time.Hour), NextAt: noon.Add(24 * time.Hour),
		}
		must(t, s.OpenCase(t.Context(), c))
		correction := message(broker.NewMessageID(), 1)
		correction.MsgType, correction.References = broker.TypeUpdate, []broker.MessageID{a.Message}
		must(t, s.Open(t.Context(), correction, noon, []subscribers.Approval{approval(correction, tilleuls)}, nil, nil))
		news := message(broker.NewMessageID(), 1)
		news.Kind, news.References = broker.Feedback, []broker.MessageID{a.Message}
		must(t, s.Open(t.Context(), news, noon, []subscribers.Approval{approval(news, tilleuls)}, nil, nil))

		shown := func(m broker.MessageID) map[broker.PartnershipID]*subscribers.CaseStatus {
			cases := make(map[broker.PartnershipID]*subscribers.CaseStatus)
			for _, p := range got(s.Status(t.Context(), m))(t).Partnerships {
				cases[p.Partnership] = p.Case
			}
			return cases
		}
		want := &subscribers.CaseStatus{ID: c.ID, Owner: "Insp. Delvaux", Due: c.Due}
		same(t, "the alert", shown(a.Message), map[broker.PartnershipID]*subscribers.CaseStatus{tilleuls: want, linden: nil})
		same(t, "its correction", shown(correction.ID), map[broker.PartnershipID]*subscribers.CaseStatus{tilleuls: want})
		same(t, "the feedback", shown(news.ID), map[broker.PartnershipID]*subscribers.CaseStatus{tilleuls: nil})

		end := subscribers.CaseEnd{How: subscribers.NotAllowed, By: "CP Maes", At: noon.Add(time.Hour), Why: "the magistrate"}
		must(t, s.EndCases(t.Context(), []broker.MessageID{a.Message}, tilleuls, end))
		want.Ended, want.By, want.At, want.Why = end.How, end.By, end.At, end.Why
		same(t, "closed", shown(a.Message), map[broker.PartnershipID]*subscribers.CaseStatus{tilleuls: want, linden: nil})
	})
}
