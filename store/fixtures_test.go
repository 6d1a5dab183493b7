package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/store"
	"relais/subscribers"
)

// The store keeps the contracts of its consumer.
var (
	_ dispatch.Directory = (*store.Store)(nil)
	_ dispatch.Ledger    = (*store.Store)(nil)
	_ dispatch.Replayer  = (*store.Store)(nil)
)

// noon has odd milliseconds, which the store keeps.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 123_000_000, time.UTC)

const (
	tilleuls broker.PartnershipID = "tilleuls"
	linden   broker.PartnershipID = "linden"
)

func partnership(id broker.PartnershipID) subscribers.Partnership {
	return subscribers.Partnership{
		ID: id, Zone: "demo", Name: "PLP " + string(id), Tag: "PLP", Languages: []broker.Lang{broker.French, broker.Dutch},
		Timezone: "Europe/Brussels", Stage: subscribers.StageLaunched,
		Charter: subscribers.Charter{Signed: subscribers.Date{Year: 2025, Month: 3, Day: 1}},
	}
}

func plan() subscribers.Plan {
	return subscribers.Plan{
		Rules: []subscribers.Rule{{
			Kinds: []broker.Kind{broker.Alert, broker.Test}, Urgencies: []broker.Urgency{broker.Immediate},
			Approval:         subscribers.ApprovalRule{By: subscribers.ByCoordinatorThenPolice, DeputiesAfter: 5 * time.Minute, Within: 15 * time.Minute},
			Channels:         subscribers.ChannelRule{First: []channels.Name{channels.SMS, channels.Email}},
			When:             subscribers.Now,
			IgnoreQuietHours: true,
		}},
		QuietHours: &subscribers.QuietHours{From: subscribers.ClockTime{Hour: 22}, To: subscribers.ClockTime{Hour: 7, Minute: 30}},
		Digest:     subscribers.DigestPlan{Every: subscribers.Weekly, Weekday: time.Friday, At: subscribers.ClockTime{Hour: 18}},
	}
}

func message(id broker.MessageID, revision int) broker.Message {
	return broker.Message{
		ID: id, Revision: revision, Zone: "demo", Author: "Inspector Dubois", Sent: noon, Expires: noon.Add(24 * time.Hour),
		Kind: broker.Alert, MsgType: broker.TypeAlert, Urgency: broker.Immediate,
		Severity: broker.SeverityUnknown, Certainty: broker.CertaintyUnknown,
		Texts: map[broker.Lang]broker.Text{broker.French: {Title: "Cambriolage rue des Tilleuls", Body: "Fermez tout."}},
	}
}

func approval(m broker.Message, p broker.PartnershipID) subscribers.Approval {
	return subscribers.Approval{
		ID: subscribers.ApprovalIDFor(m.ID, m.Revision, p), Message: m.ID, Revision: m.Revision, Partnership: p,
		PlanVersion: 1, Rule: plan().Rules[0], State: subscribers.ApprovalPending, Version: 1, Step: 1,
		Deadline: noon.Add(5 * time.Minute), Asked: noon,
	}
}

// entry is what an approval owes a member by SMS.
func entry(a subscribers.Approval, who subscribers.MemberID, to channels.Address) subscribers.Entry {
	hash := to.Hash(channels.SMS)
	return subscribers.Entry{
		ID:      subscribers.EntryKey(a.Message.UUID, a.Revision, a.Partnership, who, channels.SMS, hash),
		Purpose: channels.ForMember, About: a.Message.UUID, Revision: a.Revision, Approval: a.ID, Partnership: a.Partnership,
		Member: who, Channel: channels.SMS, Hash: hash, Lang: broker.French, Priority: broker.Urgent, State: channels.Pending,
		Rest: []channels.Name{channels.Email, channels.Push}, Repeatable: true,
		NextAt: noon.Add(30 * time.Second), NotAfter: noon.Add(time.Hour), CreatedAt: noon,
	}
}

// entries is one entry each for n people, who have those numbers.
func entries(a subscribers.Approval, people []subscribers.MemberID) []subscribers.Entry {
	all := make([]subscribers.Entry, len(people))
	for i, who := range people {
		all[i] = entry(a, who, channels.NewAddress(fmt.Sprintf("+32470%06d", i)))
	}
	return all
}

func people(n int) []subscribers.MemberID {
	ids := make([]subscribers.MemberID, n)
	for i := range ids {
		ids[i] = subscribers.NewMemberID()
	}
	return ids
}

// behind is another id of that message's deliveries: one that sorts behind them
// all, whatever the time of day puts into theirs.
func behind(id channels.DeliveryID) channels.DeliveryID {
	for i := 7; i < len(id.UUID); i++ {
		id.UUID[i] = 0xff
	}
	id.UUID[6], id.UUID[8] = 0x7f, 0xbf // RFC 9562, 5.7: version and variant
	return id
}

func idsOf(all []subscribers.Entry) []channels.DeliveryID {
	ids := make([]channels.DeliveryID, len(all))
	for i, e := range all {
		ids[i] = e.ID
	}
	return ids
}

func outcome(id channels.DeliveryID, to channels.State) subscribers.Outcome {
	return subscribers.Outcome{ID: id, State: to, At: noon.Add(time.Minute)}
}

// must reports an error and goes on only without one.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// got checks a call that answers with one value.
func got[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return value
	}
}

func same[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.AllowUnexported(channels.Address{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// stateOf reads how far a delivery has come.
func stateOf(t testing.TB, s *store.Store, id channels.DeliveryID) channels.State {
	t.Helper()
	return got(s.Entry(t.Context(), id))(t).State
}

// granted opens a message, approved for the given partnerships.
func granted(t testing.TB, s *store.Store, ids ...broker.PartnershipID) []subscribers.Approval {
	t.Helper()
	m := message(broker.NewMessageID(), 1)
	approvals := make([]subscribers.Approval, len(ids))
	for i, p := range ids {
		approvals[i] = approval(m, p)
		approvals[i].State, approvals[i].Deadline = subscribers.ApprovalApproved, time.Time{}
		approvals[i].Decision = subscribers.Decision{To: subscribers.ApprovalApproved, By: "Anne", At: noon, How: subscribers.HowLink, Note: "près de l'école"}
	}
	must(t, s.Open(t.Context(), m, noon, approvals, nil, nil))
	return approvals
}

// addPartnership imports a partnership with its usual plan and these members.
func addPartnership(t testing.TB, s *store.Store, id broker.PartnershipID, rows ...store.MemberRow) {
	t.Helper()
	_, err := s.ImportPartnership(t.Context(), partnership(id), plan())
	must(t, err)
	_, err = s.ImportMembers(t.Context(), id, rows, consent)
	must(t, err)
}

var consent = subscribers.Consent{At: noon, How: "import 2026-11-23"}

func mobile(number string) subscribers.Contact {
	return subscribers.Contact{Channel: channels.SMS, Address: channels.NewAddress(number)}
}

func mail(address string) subscribers.Contact {
	return subscribers.Contact{Channel: channels.Email, Address: channels.NewAddress(address)}
}

func memberRow(name string, role subscribers.Role, contacts ...subscribers.Contact) store.MemberRow {
	return store.MemberRow{Member: subscribers.Member{Name: name, Lang: broker.French, Contacts: contacts}, Role: role}
}

// members reads a whole partnership.
func members(t testing.TB, s *store.Store, id broker.PartnershipID) []subscribers.Member {
	t.Helper()
	return got(s.Members(t.Context(), subscribers.Audience{Partnership: id}, subscribers.MemberID{UUID: uuid.Nil}, 1000))(t)
}
