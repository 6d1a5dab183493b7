package store_test

import (
	"database/sql"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/store"
	"relais/store/storetest"
	"relais/subscribers"
)

const day = 24 * time.Hour

var _ dispatch.Attic = (*store.Store)(nil)

// keeper runs retention on a store at a time of the test's choosing.
func retain(t *testing.T, s *store.Store, at time.Time) {
	t.Helper()
	r := dispatch.Retention{
		Attic: s, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
		Keep: subscribers.Retention{Members: 30 * day, Consent: 1095 * day, Deliveries: 90 * day, Journal: 730 * day, Missing: 7 * day},
	}
	must(t, r.Tick(t.Context()))
}

// Who left everything is erased after 30 days, who left one partnership of two
// is not; the proof of consent outlives them by three years.
func TestMembersAreErased(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")), memberRow("Bert", subscribers.RoleMember, mobile("+32470000002")))
		addPartnership(t, s, linden, memberRow("Bert", subscribers.RoleMember, mobile("+32470000002")))
		people := members(t, s, tilleuls)
		anne, bert := people[0], people[1]
		if anne.Name != "Anne" {
			anne, bert = bert, anne
		}
		for _, m := range []subscribers.Member{anne, bert} {
			must(t, s.Stop(t.Context(), m.ID, tilleuls, noon))
		}
		retain(t, s, noon.Add(30*day))
		got(s.Member(t.Context(), anne.ID))(t)

		retain(t, s, noon.Add(31*day))
		if _, err := s.Member(t.Context(), anne.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("who left is still there: %v", err)
		}
		got(s.Member(t.Context(), bert.ID))(t)
		same(t, "proof", got(s.Consents(t.Context(), anne.ID))(t), []subscribers.Consent{{At: consent.At, How: consent.How}})

		// Somebody imports the list of two months ago.
		old := []store.MemberRow{
			memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")),
			memberRow("Carl", subscribers.RoleMember, mobile("+32470000001"), mobile("+32470000003")),
		}
		same(t, "an old list", got(s.ImportMembers(t.Context(), tilleuls, old, consent))(t), store.ImportResult{Left: 1, Added: 1})
		got(s.ImportPartnership(t.Context(), partnership("corner"), plan()))(t)
		same(t, "another partnership's list", got(s.ImportMembers(t.Context(), "corner", old[:1], consent))(t), store.ImportResult{Added: 1})

		retain(t, s, noon.Add(1096*day))
		same(t, "proofs after three years", len(got(s.Consents(t.Context(), anne.ID))(t)), 0)
	})
}

// A turn is taken once in its time, by whoever comes first.
func TestTurnIsTakenOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		for i, at := range []time.Time{noon, noon, noon.Add(59 * time.Minute), noon.Add(time.Hour)} {
			same(t, "mine", got(s.TakeTurn(t.Context(), "retention", at, time.Hour))(t), i == 0 || i == 3)
		}
	})
}

// sentLongAgo is a message to seven people, of whom five got it, at a cost.
func sentLongAgo(t *testing.T, s *store.Store) (subscribers.Approval, []subscribers.Entry) {
	t.Helper()
	addPartnership(t, s, tilleuls)
	a := granted(t, s, tilleuls)[0]
	all := entries(a, people(7))
	got(s.Add(t.Context(), all))(t)
	must(t, s.MarkPlanned(t.Context(), a.ID, noon))
	got(s.Claim(t.Context(), idsOf(all), noon.Add(time.Minute), time.Minute))(t)
	var outcomes []subscribers.Outcome
	for i, e := range all {
		o := outcome(e.ID, channels.Accepted)
		o.Cost = 55_000
		if i >= 5 {
			o = outcome(e.ID, channels.Failed)
		}
		outcomes = append(outcomes, o)
	}
	got(s.Record(t.Context(), outcomes))(t)
	return a, all
}

// After 90 days the rows go; what they counted, and cost, stays and is told
// as before, until the journal ends.
func TestDeliveriesBecomeCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a, all := sentLongAgo(t, s)
		november := subscribers.Partnership{}.MonthOf(noon)
		before := got(s.Status(t.Context(), a.Message))(t)
		spent := got(s.Spent(t.Context(), tilleuls, november))(t)
		same(t, "spent", spent[channels.SMS], subscribers.Money(5*55_000))

		retain(t, s, noon.Add(90*day))
		got(s.Entry(t.Context(), all[0].ID))(t)

		retain(t, s, noon.Add(91*day))
		for _, e := range all {
			if _, err := s.Entry(t.Context(), e.ID); !errors.Is(err, subscribers.ErrNotFound) {
				t.Fatalf("a row is still there: %v", err)
			}
		}
		same(t, "status", got(s.Status(t.Context(), a.Message))(t), before)
		same(t, "in numbers", got(s.Standings(t.Context(), []broker.MessageID{a.Message}, 100))(t)[0], subscribers.Outlined{Status: before, Counted: true}.Standing())
		same(t, "spent, rows gone", got(s.Spent(t.Context(), tilleuls, november))(t), spent)
		same(t, "spent in December", len(got(s.Spent(t.Context(), tilleuls, subscribers.Partnership{}.MonthOf(november.To)))(t)), 0)

		retain(t, s, noon.Add(731*day))
		if _, err := s.Status(t.Context(), a.Message); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("the message is still there: %v", err)
		}
		if _, err := s.Approval(t.Context(), a.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("its approval is still there: %v", err)
		}
	})
}

// Batches end somewhere in the middle of an approval; the counts stay true.
func TestCountsStayTrueBetweenBatches(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a, _ := sentLongAgo(t, s)
		before, now := got(s.Status(t.Context(), a.Message))(t), noon.Add(91*day)
		same(t, "counted", got(s.CountDeliveries(t.Context(), noon.Add(day), now, 10))(t), 1)
		same(t, "counted again", got(s.CountDeliveries(t.Context(), noon.Add(day), now, 10))(t), 0)
		for _, want := range []int{4, 4, 4, 3, 0} { // two deliveries and two recipients; in the end, that they were the last
			same(t, "removed", got(s.DropDeliveries(t.Context(), noon.Add(day), now, 2))(t), want)
			same(t, "status", got(s.Status(t.Context(), a.Message))(t), before)
		}
	})
}

// While word is owed, the rows stay: its closing has to find whom it is for.
func TestDeliveriesStayWhileWordIsOwed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		a, all := sentLongAgo(t, s)
		must(t, s.OpenCase(t.Context(), subscribers.Case{
			ID: subscribers.CaseIDFor(a.Message, tilleuls), Zone: "demo", Partnership: tilleuls, Matter: a.Message, Message: a.Message, Revision: 1,
			Owner: "Inspector Dubois", Opened: noon, Due: noon.Add(day),
		}))
		retain(t, s, noon.Add(800*day))
		got(s.Entry(t.Context(), all[0].ID))(t)
		got(s.Status(t.Context(), a.Message))(t)

		must(t, s.EndCases(t.Context(), []broker.MessageID{a.Message}, tilleuls, subscribers.CaseEnd{How: subscribers.NotAllowed, By: "Dubois", At: noon.Add(800 * day)}))
		retain(t, s, noon.Add(801*day))
		if _, err := s.Entry(t.Context(), all[0].ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("a row is still there: %v", err)
		}
	})
}

// Seven days after a disappearance was closed its texts are gone, with those of
// what closed it; another matter's are not.
func TestMissingIsForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		publish := func(kind broker.Kind, at time.Time, about ...broker.MessageID) broker.Message {
			m := message(broker.NewMessageID(), 1)
			m.Kind, m.References, m.Sent = kind, about, at
			must(t, s.Open(t.Context(), m, at, nil, nil, nil))
			return m
		}
		missing, alert := publish(broker.Missing, noon), publish(broker.Alert, noon)
		update := message(broker.NewMessageID(), 1)
		update.Kind, update.MsgType, update.References = broker.Missing, broker.TypeUpdate, []broker.MessageID{missing.ID}
		must(t, s.Open(t.Context(), update, noon.Add(time.Hour), nil, nil, nil))
		must(t, s.Bury(t.Context(), broker.DeadLetter{ID: uuid.New(), Subject: broker.MessageSubject("demo"), EventID: missing.ID.String() + ".1", Data: []byte("text"), At: noon}))
		found := publish(broker.Closing, noon.Add(day), update.ID)
		caught := publish(broker.Closing, noon.Add(day), alert.ID)
		open := publish(broker.Missing, noon)

		text := func(m broker.Message) string {
			return got(s.Message(t.Context(), m.ID, 1))(t).Texts[broker.French].Body
		}
		retain(t, s, noon.Add(8*day))
		same(t, "before its time", text(missing), "Fermez tout.")

		retain(t, s, noon.Add(9*day))
		for _, m := range []broker.Message{missing, update, found} {
			same(t, "the text of the "+string(m.Kind), text(m), m.WithoutTexts().Texts[broker.French].Body)
		}
		for _, m := range []broker.Message{alert, caught, open} {
			same(t, "the text of the "+string(m.Kind), text(m), "Fermez tout.")
		}
		same(t, "dead letters", len(got(s.DeadLetters(t.Context()))(t)), 0)
	})
}

// Every table that names a person is erased with them or is listed here, with
// the reason.
func TestEveryTableThatNamesAMember(t *testing.T) {
	url := storetest.SQLite(t)
	open(t, url)
	db, err := sql.Open("sqlite", url[len("sqlite:"):])
	must(t, err)
	defer db.Close()
	rows, err := db.Query(`SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'member' ORDER BY m.name`)
	must(t, err)
	defer rows.Close()
	var named []string
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		named = append(named, name)
	}
	must(t, rows.Err())
	byTheirOwnTime := []string{
		"consent_proofs", // what stays on purpose
		"daily_messages", // two days
		"post_moves",     // two years, as the journal: without the person the id says nothing
		"deliveries",     // 90 days
		"recipients",     // with the deliveries
	}
	want := slices.Sorted(slices.Values(slices.Concat(store.AboutMember(), byTheirOwnTime)))
	same(t, "tables", named, want)
}
