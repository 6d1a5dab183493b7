package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/dispatch"
	"relais/store"
	"relais/subscribers"
)

var _ dispatch.Conversations = (*store.Store)(nil)

func inbound(ref, number, text string, at time.Time) channels.Inbound {
	return channels.Inbound{Channel: channels.SMS, Ref: ref, From: channels.NewAddress(number), Text: text, At: at}
}

func TestATextIsDealtWithOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		in := inbound("SM1", "+32470000001", "Bonjour", noon)
		hear := func(at time.Time) (string, bool, error) {
			again := in
			again.At = at
			return s.Hear(t.Context(), again, time.Minute)
		}
		if answer, done, err := hear(noon); err != nil || done || answer != "" {
			t.Fatalf("the first: got %q, %v, %v", answer, done, err)
		}
		if _, _, err := hear(noon.Add(59 * time.Second)); !errors.Is(err, subscribers.ErrBusy) {
			t.Errorf("while it is dealt with: got %v, want ErrBusy", err)
		}
		if _, done, err := hear(noon.Add(time.Minute)); err != nil || done {
			t.Errorf("after the node died: got %v, %v, want it again", done, err)
		}
		same(t, "not dealt with yet", got(s.HeardFrom(t.Context(), in, noon.Add(-time.Hour)))(t), nil)
		must(t, s.Answer(t.Context(), in, subscribers.HeardOther, "Urgent ? 101"))
		for range 2 {
			if answer, done, err := hear(noon.Add(time.Hour)); err != nil || !done || answer != "Urgent ? 101" {
				t.Errorf("told again: got %q, %v, %v, want the same answer", answer, done, err)
			}
		}
		silent := inbound("SM2", "+32470000001", "Encore", noon.Add(time.Second))
		got2, _, err := s.Hear(t.Context(), silent, time.Minute)
		must(t, err)
		same(t, "no answer yet", got2, "")
		must(t, s.Answer(t.Context(), silent, subscribers.HeardOther, ""))
		same(t, "heard", got(s.HeardFrom(t.Context(), in, noon.Add(-time.Hour)))(t), []subscribers.Heard{
			{At: noon.Add(time.Second), What: subscribers.HeardOther}, {At: noon, What: subscribers.HeardOther, Answered: true},
		})
		same(t, "since", len(got(s.HeardFrom(t.Context(), in, noon))(t)), 1)
		same(t, "from another", got(s.HeardFrom(t.Context(), inbound("x", "+32470000002", "", noon), noon.Add(-time.Hour)))(t), nil)

		must(t, s.ForgetInbound(t.Context(), noon.Add(2*time.Second)))
		if _, done, err := hear(noon); err != nil || done {
			t.Errorf("forgotten: got %v, %v, want it as new", done, err)
		}
	})
}

// A couple shares a telephone: one STOP stops both, messages already queued
// included, and START brings both back with a fresh proof.
func TestStopAndStartOfAnAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		const number = "+32470000001"
		voice := subscribers.Contact{Channel: channels.Voice, Address: channels.NewAddress(number)}
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleCoordinator, mobile(number), mail("anne@example.be")), memberRow("Luc", subscribers.RoleMember, mobile(number), voice))
		addPartnership(t, s, linden, memberRow("Luc", subscribers.RoleMember, mobile(number)), memberRow("Eva", subscribers.RoleMember, mobile("+32470000002")))
		from := channels.NewAddress(number)
		phones := []channels.Name{channels.SMS, channels.Voice}
		senders := got(s.Senders(t.Context(), channels.SMS, from))(t)
		in := make(map[string][]broker.PartnershipID)
		for _, who := range senders {
			in[who.Name] = who.In
		}
		same(t, "senders", in, map[string][]broker.PartnershipID{"Anne": {tilleuls}, "Luc": {linden, tilleuls}})
		same(t, "a stranger", got(s.Senders(t.Context(), channels.SMS, channels.NewAddress("+32499999999")))(t), nil)

		a := granted(t, s, tilleuls)[0]
		queued := entry(a, senders[0].ID, from)
		got(s.Add(t.Context(), []subscribers.Entry{queued}))(t)
		must(t, s.StopAddress(t.Context(), from, phones))
		same(t, "states", statesOf(t, s, number), map[channels.Name]subscribers.ContactState{
			channels.SMS: subscribers.ContactStopped, channels.Voice: subscribers.ContactStopped, channels.Email: subscribers.ContactActive,
		})
		claimed := got(s.Claim(t.Context(), idsOf([]subscribers.Entry{queued}), noon, time.Minute))(t)
		if len(claimed) != 1 || !claimed[0].Contact.Address.IsZero() {
			t.Error("what was queued before the stop can still be sent")
		}

		proof := subscribers.Consent{At: noon.Add(time.Hour), How: "SMS START"}
		same(t, "started", got(s.StartAddress(t.Context(), from, phones, proof))(t), true)
		same(t, "started again", got(s.StartAddress(t.Context(), from, phones, subscribers.Consent{At: noon.Add(2 * time.Hour), How: "later"}))(t), false)
		for _, who := range got(s.Senders(t.Context(), channels.SMS, from))(t) {
			same(t, "proof of "+who.Name, who.Reachable(channels.SMS)[0].Consent, proof)
		}
		same(t, "the neighbour", len(got(s.Senders(t.Context(), channels.SMS, channels.NewAddress("+32470000002")))(t)[0].Reachable(channels.SMS)), 1)
	})
}

func statesOf(t *testing.T, s *store.Store, number string) map[channels.Name]subscribers.ContactState {
	t.Helper()
	states := make(map[channels.Name]subscribers.ContactState)
	for _, who := range got(s.Senders(t.Context(), channels.SMS, channels.NewAddress(number)))(t) {
		for _, c := range who.Contacts {
			states[c.Channel] = c.State
		}
	}
	return states
}

func TestApprovalsOf(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		m := message(broker.NewMessageID(), 1)
		open := approval(m, tilleuls)
		open.Asked = noon.Add(-48 * time.Hour)
		must(t, s.Open(t.Context(), m, noon, []subscribers.Approval{open, approval(m, linden)}, nil, nil))
		decided := granted(t, s, tilleuls)[0]
		ids := func(since time.Time) (found []subscribers.ApprovalID) {
			for _, a := range got(s.ApprovalsOf(t.Context(), tilleuls, since))(t) {
				found = append(found, a.ID)
			}
			return found
		}
		same(t, "open, and asked lately", ids(noon.Add(-time.Hour)), []subscribers.ApprovalID{open.ID, decided.ID})
		same(t, "open", ids(noon), []subscribers.ApprovalID{open.ID})
	})
}

func TestInbox(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls, memberRow("Anne", subscribers.RoleMember, mobile("+32470000001")), memberRow("Luc", subscribers.RoleMember, mobile("+32470000002")))
		who := members(t, s, tilleuls)
		text := func(of int, ref string, at time.Time) subscribers.InboxMessage {
			return subscribers.NewInboxMessage(inbound(ref, "", "texte "+ref, at), who[of], tilleuls)
		}
		first, second, other := text(0, "a", noon), text(0, "b", noon.Add(time.Minute)), text(1, "c", noon.Add(2*time.Minute))
		for range 2 {
			must(t, s.KeepInbox(t.Context(), []subscribers.InboxMessage{second, first, other}))
		}
		same(t, "inbox", got(s.Inbox(t.Context(), tilleuls, 10))(t), []subscribers.InboxMessage{other, second, first})
		same(t, "another's", got(s.Inbox(t.Context(), linden, 10))(t), nil)
		same(t, "untold", got(s.Untold(t.Context(), noon, 10))(t), []subscribers.InboxMessage{first, second, other})

		told := subscribers.ServiceMessage{ID: uuid.New(), From: "PLP"}
		must(t, s.TellInbox(t.Context(), told, nil, []subscribers.InboxMessage{first}, noon.Add(time.Hour)))
		same(t, "told lately", got(s.Untold(t.Context(), noon.Add(time.Minute), 10))(t), []subscribers.InboxMessage{other})
		same(t, "told long ago", got(s.Untold(t.Context(), noon.Add(time.Hour), 10))(t), []subscribers.InboxMessage{second, other})

		must(t, s.ForgetInbound(t.Context(), noon.Add(time.Minute)))
		same(t, "young ones stay", got(s.Inbox(t.Context(), tilleuls, 10))(t), []subscribers.InboxMessage{other, second})
		if _, err := s.ServiceMessage(t.Context(), told.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("the text is still in the service message: %v", err)
		}
	})
}
