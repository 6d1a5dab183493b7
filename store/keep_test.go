package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
)

func TestDeadLetters(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		letter := broker.DeadLetter{
			ID: uuid.Must(uuid.NewV7()), Subject: "relais.message.demo", EventID: "e1", Data: []byte(`{"texts":1}`),
			Reason: "expires is missing", Attempts: 2, At: noon,
		}
		nameless := broker.DeadLetter{ID: uuid.Must(uuid.NewV7()), Subject: "relais.message.demo", Data: []byte{0, 1}, Reason: "is not JSON", Attempts: 1, At: noon.Add(time.Second)}
		other := nameless
		other.ID, other.Data, other.At = uuid.Must(uuid.NewV7()), nil, noon.Add(2*time.Second)
		for _, d := range []broker.DeadLetter{letter, nameless, other, letter} { // the last is a repeat
			must(t, s.Bury(t.Context(), d))
		}
		want := []broker.DeadLetter{letter, nameless, other}
		for i := range want {
			want[i].Data = nil
		}
		same(t, "letters", got(s.DeadLetters(t.Context()))(t), want)
		same(t, "one with its data", got(s.DeadLetter(t.Context(), letter.ID))(t), letter)
		same(t, "one without", got(s.DeadLetter(t.Context(), other.ID))(t), other)

		must(t, s.MarkReplayed(t.Context(), letter, noon.Add(time.Minute)))
		same(t, "replayed", got(s.DeadLetter(t.Context(), letter.ID))(t).Replayed, noon.Add(time.Minute))
		again := letter
		again.ID, again.At, again.Attempts, again.Reason = uuid.Must(uuid.NewV7()), noon.Add(time.Hour), 3, "still missing"
		must(t, s.Bury(t.Context(), again))
		again.ID, again.Attempts = letter.ID, 5
		same(t, "counted up, and open again", got(s.DeadLetter(t.Context(), letter.ID))(t), again)
		must(t, s.MarkReplayed(t.Context(), letter, noon.Add(2*time.Hour)))
		same(t, "given up again before its replay was noted: still open", got(s.DeadLetter(t.Context(), letter.ID))(t), again)
		if _, err := s.DeadLetter(t.Context(), uuid.New()); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestParkedReports(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		report := channels.Report{
			Delivery: channels.DeliveryID{UUID: uuid.New()}, Ref: "SM1", State: channels.Failed, Code: "30003", Class: channels.Gone, At: noon,
			Attempt: 2, Tries: 3, After: 2 * time.Minute,
		}
		earlier := report
		earlier.State, earlier.At = channels.Accepted, noon.Add(-time.Second)
		later := report
		later.Delivery, later.At = channels.DeliveryID{UUID: uuid.New()}, noon.Add(time.Millisecond)
		for _, r := range []channels.Report{report, earlier, later, report} {
			must(t, s.Park(t.Context(), r))
		}
		same(t, "came before", got(s.Parked(t.Context(), noon.Add(time.Millisecond)))(t), []channels.Report{earlier, report})
		same(t, "taken out", got(s.Parked(t.Context(), noon.Add(time.Millisecond)))(t), nil)
		same(t, "the other", got(s.Parked(t.Context(), noon.Add(time.Hour)))(t), []channels.Report{later})
	})
}

func TestSettingIsMadeOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		var mu sync.Mutex
		values := make(map[string]bool)
		var asking sync.WaitGroup
		for range 8 {
			asking.Go(func() {
				value, err := s.Setting(t.Context(), "link key", func() ([]byte, error) { return []byte(uuid.NewString()), nil })
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				values[string(value)] = true
				mu.Unlock()
			})
		}
		asking.Wait()
		same(t, "different values", len(values), 1)
		_, err := s.Setting(t.Context(), "link key", func() ([]byte, error) { return nil, errors.New("made again") })
		must(t, err)
		if _, err := s.Setting(t.Context(), "other", func() ([]byte, error) { return nil, errNoRandom }); !errors.Is(err, errNoRandom) {
			t.Errorf("got %v, want %v", err, errNoRandom)
		}
	})
}

var errNoRandom = errors.New("no random bytes")

func TestStatus(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		addPartnership(t, s, tilleuls)
		approvals := granted(t, s, tilleuls, linden)
		who := people(12)
		all := entries(approvals[0], who)
		all[11].State, all[11].Reason, all[11].NextAt = channels.Suppressed, channels.ReasonNoChannel, time.Time{}
		all[10].State = channels.Digested
		all[9].Channel = channels.Email
		all[8].Purpose, all[8].About = channels.Ask, approvals[0].ID.UUID // not a member's
		duplicate := entry(approvals[1], who[0], channels.NewAddress("+32470999999"))
		got(s.Add(t.Context(), all))(t)
		got(s.Add(t.Context(), []subscribers.Entry{duplicate}))(t)
		got(s.Claim(t.Context(), idsOf(all), noon, time.Minute))(t)
		at := func(i int, state channels.State, second int, awaits bool) subscribers.Outcome {
			o := outcome(all[i].ID, state)
			o.At, o.Awaits = noon.Add(time.Duration(second)*time.Second), awaits
			if awaits || state == channels.Pending {
				o.NextAt = noon.Add(time.Hour)
			}
			return o
		}
		got(s.Record(t.Context(), []subscribers.Outcome{
			at(0, channels.Accepted, 4, false), at(1, channels.Accepted, 9, true), at(2, channels.Delivered, 5, false),
			at(3, channels.Failed, 6, false), at(4, channels.Unknown, 7, false), at(5, channels.Pending, 8, false), at(9, channels.Delivered, 2, false),
		}))(t)

		st := got(s.Status(t.Context(), approvals[0].Message))(t)
		want := subscribers.Status{
			Message: approvals[0].Message, Revision: 1, Kind: broker.Alert, Urgency: broker.Immediate, Received: noon, Expires: noon.Add(24 * time.Hour),
			Partnerships: []subscribers.PartnershipStatus{
				{
					Partnership: linden, Approval: approvals[1].ID, State: subscribers.ApprovalApproved, By: "Anne", At: noon, How: subscribers.HowLink, PlanVersion: 1, Asked: []subscribers.Role{subscribers.RoleCoordinator},
					Channels: []subscribers.ChannelStatus{{
						Channel: channels.SMS, Counts: map[channels.State]int{channels.Suppressed: 1}, Suppressed: map[channels.Reason]int{channels.ReasonDuplicate: 1},
					}},
				},
				{
					Partnership: tilleuls, Name: "PLP tilleuls", Approval: approvals[0].ID, State: subscribers.ApprovalApproved, By: "Anne", At: noon, How: subscribers.HowLink, PlanVersion: 1, Asked: []subscribers.Role{subscribers.RoleCoordinator},
					Unreached: 2, // one failed, one has no channel
					Channels: []subscribers.ChannelStatus{
						{Channel: channels.Email, Counts: map[channels.State]int{channels.Delivered: 1}, First: noon.Add(2 * time.Second), Last: noon.Add(2 * time.Second)},
						{
							Channel: channels.SMS, Suppressed: map[channels.Reason]int{channels.ReasonNoChannel: 1}, Waiting: 1, Open: 5,
							Counts: map[channels.State]int{
								channels.Accepted: 2, channels.Delivered: 1, channels.Failed: 1, channels.Unknown: 1, channels.Pending: 1,
								channels.Calling: 2, channels.Digested: 1, channels.Suppressed: 1,
							},
							First: noon.Add(4 * time.Second), Last: noon.Add(9 * time.Second),
						},
					},
				},
			},
		}
		same(t, "status", st, want)

		outline := func(most int) subscribers.Outlined {
			t.Helper()
			return got(s.Outline(t.Context(), approvals[0].Message, most))(t)
		}
		same(t, "outline of a message with few deliveries", outline(100), subscribers.Outlined{Status: want, Counted: true})
		wide := outline(5)
		same(t, "those of one with more are counted", wide.Counted, false)
		same(t, "and then all is there", wide.CountedAs(st), want)
		for i := range want.Partnerships {
			want.Partnerships[i].Channels, want.Partnerships[i].Unreached = nil, 0
		}
		same(t, "outline of a message with many deliveries", wide.Status, want)
	})
}

func TestStatusDone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		done := func(what string, id broker.MessageID, want bool) {
			t.Helper()
			same(t, what, got(s.Status(t.Context(), id))(t).Done, want)
		}
		pending := message(broker.NewMessageID(), 1)
		must(t, s.Open(t.Context(), pending, noon, []subscribers.Approval{approval(pending, tilleuls)}, nil, nil))
		done("not decided", pending.ID, false)

		a := granted(t, s, tilleuls)[0]
		done("not planned", a.Message, false)
		e := entries(a, people(1))
		got(s.Add(t.Context(), e))(t)
		must(t, s.MarkPlanned(t.Context(), a.ID, noon))
		done("not sent", a.Message, false)
		got(s.Claim(t.Context(), idsOf(e), noon, time.Minute))(t)
		got(s.Record(t.Context(), []subscribers.Outcome{outcome(e[0].ID, channels.Accepted)}))(t)
		done("sent", a.Message, true)

		refused := message(broker.NewMessageID(), 1)
		must(t, s.Open(t.Context(), refused, noon, nil, []subscribers.RoutingRefusal{{Partnership: linden, Gaps: []subscribers.Gap{subscribers.GapCharter}}}, nil))
		done("for nobody", refused.ID, true)
	})
}

func TestRecent(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		id := broker.NewMessageID()
		elsewhere := message(broker.NewMessageID(), 1)
		elsewhere.Zone = "5277"
		newest, first := message(id, 2), message(broker.NewMessageID(), 1)
		for i, m := range []broker.Message{first, message(id, 1), elsewhere, newest} {
			must(t, s.Open(t.Context(), m, noon.Add(time.Duration(i)*time.Second), nil, nil, nil))
		}
		same(t, "all", got(s.Recent(t.Context(), "", 10))(t), []broker.Message{newest, elsewhere, first})
		same(t, "of a zone", got(s.Recent(t.Context(), "demo", 10))(t), []broker.Message{newest, first})
		same(t, "the newest", got(s.Recent(t.Context(), "", 1))(t), []broker.Message{newest})
	})
}

func TestLatest(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		first := message(broker.NewMessageID(), 1)
		must(t, s.Open(t.Context(), first, noon, nil, nil, nil))
		second := first
		second.Revision = 2
		must(t, s.Open(t.Context(), second, noon.Add(time.Minute), nil, nil, nil))
		same(t, "revision", got(s.Latest(t.Context(), first.ID))(t).Revision, 2)
		if _, err := s.Latest(t.Context(), broker.NewMessageID()); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("of none: got %v, want ErrNotFound", err)
		}
	})
}
