package dispatch_test

import (
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// member finds one of the people by name.
func (w *world) member(name string) subscribers.Member {
	w.t.Helper()
	partnerships, err := w.store.Partnerships(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range partnerships {
		members, err := w.store.Members(w.t.Context(), subscribers.Audience{Partnership: p.ID}, subscribers.MemberID{}, 1000)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range members {
			if m.Name == name {
				return m
			}
		}
	}
	w.t.Fatalf("nobody is called %s", name)
	return subscribers.Member{}
}

func (w *world) setRest(name string, rest subscribers.Rest) {
	w.t.Helper()
	if err := w.store.SetRest(w.t.Context(), w.member(name).ID, rest); err != nil {
		w.t.Fatal(err)
	}
}

func quiet(t *testing.T, text string) *subscribers.QuietHours {
	t.Helper()
	q, err := subscribers.ParseQuietHours(text)
	if err != nil {
		t.Fatal(err)
	}
	return &q
}

func days(t *testing.T, text string) subscribers.Span {
	t.Helper()
	s, err := subscribers.ParseSpan(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// copies says how many a member got.
func (w *world) copies(name string, purpose channels.Purpose) int {
	w.t.Helper()
	return w.perPerson(purpose)[w.member(name).ID]
}

func (w *world) stateOf(name string, m broker.Message) (subscribers.Entry, channels.State) {
	w.t.Helper()
	who := w.member(name)
	for _, c := range who.Contacts {
		id := subscribers.EntryKey(m.ID.UUID, m.Revision, "home", who.ID, c.Channel, c.Address.Hash(c.Channel))
		if found, err := w.store.Entries(w.t.Context(), []channels.DeliveryID{id}); err != nil {
			w.t.Fatal(err)
		} else if e, ok := found[id]; ok {
			return e, e.State
		}
	}
	return subscribers.Entry{}, ""
}

// calling publishes a call for information, which waits for quiet hours, and
// has it approved.
func (w *world) calling(hours time.Duration) broker.Message {
	w.t.Helper()
	m := w.publish(broker.Message{Kind: broker.Appeal, Partnerships: []broker.PartnershipID{"home"}, Expires: w.now.Add(hours * time.Hour)})
	w.approve(m, "home")
	return m
}

// What is held is decided about again when its time comes, by what its member
// wants then.
func TestHeldIsEvaluatedAgainAtRelease(t *testing.T) {
	w := town(t, 1)
	w.now = time.Date(2026, 11, 23, 22, 40, 0, 0, time.UTC) // 23:40 in Brussels; quiet until 07:00
	m := w.calling(24)
	w.setRest("Person 5", subscribers.Rest{Quiet: quiet(t, "06:00-09:00")})
	w.setRest("Person 6", subscribers.Rest{Pause: days(t, "2026-11-24..")})
	if err := w.store.Stop(t.Context(), w.member("Person 7").ID, "home", w.now); err != nil {
		t.Fatal(err)
	}
	w.pass(30*time.Minute, time.Minute)
	if e, state := w.stateOf("Person 5", m); state != channels.Held || !e.NotBefore.Equal(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("%s until %v, want held until nine in the morning", state, e.NotBefore)
	}
	w.pass(7*time.Hour, 5*time.Minute) // 07:10
	if got := len(w.perPerson(channels.ForMember)); got != 37 {
		t.Errorf("%d people got it in the morning, want 40 less one who sleeps on, one on holiday and one who left", got)
	}
	w.pass(3*time.Hour, 5*time.Minute)
	if got := w.copies("Person 5", channels.ForMember); got != 1 {
		t.Errorf("who sleeps until nine got it %d times, want once", got)
	}
	w.pass(24*time.Hour, time.Hour)
	if _, state := w.stateOf("Person 6", m); state != channels.Expired || w.copies("Person 6", channels.ForMember) != 0 {
		t.Errorf("who is on holiday: %s, want expired and not sent", state)
	}
	if !w.status(m).Done {
		t.Error("not done")
	}
}

// Lifting a pause, or the hours, lets what is held go at once.
func TestLiftingAPauseReleases(t *testing.T) {
	w := town(t, 1)
	w.setRest("Person 5", subscribers.Rest{Pause: days(t, "2026-11-20..")})
	w.setRest("Person 6", subscribers.Rest{Quiet: quiet(t, "08:00-20:00")})
	w.calling(48)
	w.pass(time.Hour, time.Minute)
	if a, b := w.copies("Person 5", channels.ForMember), w.copies("Person 6", channels.ForMember); a+b != 0 {
		t.Fatalf("%d and %d copies came through a pause and quiet hours", a, b)
	}
	w.setRest("Person 5", subscribers.Rest{})
	w.setRest("Person 6", subscribers.Rest{})
	w.pass(time.Minute, 10*time.Second)
	if a, b := w.copies("Person 5", channels.ForMember), w.copies("Person 6", channels.ForMember); a != 1 || b != 1 {
		t.Errorf("%d and %d copies after lifting, want one each", a, b)
	}
}

// A retry, and the plan's next channel, wait for quiet hours that began since.
func TestRetriesAndFallbacksKeepQuietHours(t *testing.T) {
	for _, tc := range []struct {
		name   string
		before func(w *world)
		after  func(w *world)
	}{
		{"retry", func(w *world) { w.faults.retryable = 100 }, func(w *world) { w.faults.retryable = 0 }},
		{"fallback", func(w *world) { w.faults.retryable = 100 }, func(w *world) {
			w.faults.retryable, w.provider.gone = 0, make(map[channels.Address]bool)
			for _, c := range w.member("Person 9").Contacts {
				if c.Channel == channels.Email {
					w.provider.gone[c.Address] = true
				}
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := town(t, 1)
			w.now = time.Date(2026, 11, 23, 20, 58, 0, 0, time.UTC) // 21:58
			m := w.publish(broker.Message{Kind: broker.Appeal, Partnerships: []broker.PartnershipID{"home"}})
			tc.before(w)
			w.approve(m, "home")
			w.pass(2*time.Minute, 10*time.Second)
			tc.after(w)
			w.pass(8*time.Hour, 10*time.Minute)
			if got := len(w.perPerson(channels.ForMember)); got != 0 {
				t.Fatalf("%d people were woken", got)
			}
			w.pass(2*time.Hour, time.Minute)
			if got := w.perPerson(channels.ForMember); len(got) != 40 {
				t.Errorf("%d people got it in the morning, want 40", len(got))
			}
		})
	}
}

// A fallback that arises at night, from a report, waits for the morning; that
// of an alert does not.
func TestFallbackAtNight(t *testing.T) {
	for _, tc := range []struct {
		kind broker.Kind
		want int // emails or SMS at night
	}{{broker.Appeal, 0}, {broker.Alert, 1}} {
		w := town(t, 1)
		w.provider.reports = true
		w.now = time.Date(2026, 11, 23, 20, 50, 0, 0, time.UTC) // 21:50
		m := w.publish(broker.Message{Kind: tc.kind, Partnerships: []broker.PartnershipID{"home"}})
		w.approve(m, "home")
		e, _ := w.stateOf("Person 9", m)
		w.now = time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC) // 23:00
		before := w.copies("Person 9", channels.ForMember)
		if err := w.after.Apply(t.Context(), []channels.Report{{Delivery: e.ID, State: channels.Failed, Class: channels.Gone, At: w.now}}); err != nil {
			t.Fatal(err)
		}
		w.settle()
		w.pass(time.Hour, time.Minute)
		if got := w.copies("Person 9", channels.ForMember) - before; got != tc.want {
			t.Errorf("%s: %d sent at night, want %d", tc.kind, got, tc.want)
		}
		w.pass(9*time.Hour, 10*time.Minute)
		if got := w.copies("Person 9", channels.ForMember) - before; got != 1 {
			t.Errorf("%s: %d sent by the morning, want 1", tc.kind, got)
		}
	}
}

// Who is away finds the items of the infoflashes they missed in the first after.
func TestDigestWaitsForThePauseToEnd(t *testing.T) {
	w := town(t, 1)
	w.setRest("Person 5", subscribers.Rest{Pause: days(t, "2026-11-23..2026-11-24")})
	tip := w.publish(broker.Message{Kind: broker.Prevention, Partnerships: []broker.PartnershipID{"home"}, Expires: w.now.Add(200 * time.Hour)})
	w.approve(tip, "home")
	for day := range 3 {
		w.now = time.Date(2026, 11, 23+day, 17, 5, 0, 0, time.UTC)
		w.tick()
		want := 0
		if day == 2 {
			want = 1
		}
		if got := w.copies("Person 5", channels.Digest); got != want {
			t.Errorf("day %d: %d infoflashes, want %d", day, got, want)
		}
		if got := w.copies("Person 6", channels.Digest); got != 1 {
			t.Errorf("day %d: %d infoflashes for who is not away, want 1", day, got)
		}
	}
}
