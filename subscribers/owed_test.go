package subscribers

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/channels"
)

func brussels(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(DefaultTimezone)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func contact(on channels.Name, address string) Contact {
	return Contact{Channel: on, Address: channels.NewAddress(address), State: ContactActive}
}

// occasion is an alert at 20:00 that expires at noon.
func occasion(t *testing.T, rule Rule) Occasion {
	now := time.Date(2026, 11, 23, 20, 0, 0, 0, brussels(t))
	m := broker.Message{
		ID: broker.NewMessageID(), Revision: 1, Zone: "demo", Kind: broker.Alert, Urgency: broker.Immediate,
		Sent: now, Expires: now.Add(16 * time.Hour),
		Texts: map[broker.Lang]broker.Text{broker.French: {Title: "t", Body: "b"}, broker.Dutch: {Title: "t", Body: "b"}},
	}
	p := Partnership{ID: "plp", Zone: "demo", Languages: []broker.Lang{broker.French}, PlanVersion: 1}
	return Occasion{
		Message: m, Partnership: p, Now: now,
		Approval:  Approval{ID: ApprovalIDFor(m.ID, 1, p.ID), Rule: rule},
		Available: []channels.Name{channels.SMS, channels.Email, channels.Push},
	}
}

func TestOwedChannels(t *testing.T) {
	everything := []Contact{contact(channels.SMS, "+32470000001"), contact(channels.Email, "a@example.be"), contact(channels.Push, "one"), contact(channels.Push, "two")}
	stopped := contact(channels.SMS, "+32470000002")
	stopped.State = ContactStopped
	first := func(names ...channels.Name) ChannelRule { return ChannelRule{First: names} }
	all := func(names ...channels.Name) ChannelRule { return ChannelRule{All: names} }
	type owed struct {
		On    channels.Name
		State channels.State
		Rest  string
	}
	for _, tc := range []struct {
		name     string
		rule     ChannelRule
		when     When
		contacts []Contact
		want     []owed
	}{
		{"first of the list", first(channels.SMS, channels.Email), Now, everything, []owed{{channels.SMS, channels.Pending, "[email]"}}},
		{"first skips what does not reach", first(channels.SMS, channels.Email), Now, everything[1:2], []owed{{channels.Email, channels.Pending, "[]"}}},
		{"each device of a push member", first(channels.Push, channels.Email), Now, everything, []owed{{channels.Push, channels.Pending, "[email]"}, {channels.Push, channels.Pending, "[email]"}}},
		{"all of the list", all(channels.SMS, channels.Email), Now, everything, []owed{{channels.SMS, channels.Pending, "[]"}, {channels.Email, channels.Pending, "[]"}}},
		{"a channel that is not installed", first(channels.Voice, channels.SMS), Now, everything, []owed{{channels.SMS, channels.Pending, "[]"}}},
		{"said stop", first(channels.SMS, channels.Email), Now, []Contact{stopped, everything[1]}, []owed{{channels.Email, channels.Pending, "[]"}}},
		{"nothing reaches", first(channels.SMS), Now, everything[1:2], []owed{{channels.SMS, channels.Suppressed, "[]"}}},
		{"digest goes once", all(channels.Email, channels.Push), WithDigest, everything, []owed{{channels.Email, channels.Digested, "[push]"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := occasion(t, Rule{Channels: tc.rule, When: tc.when})
			var got []owed
			for _, e := range o.Owed(Member{ID: NewMemberID(), Lang: broker.German, Contacts: tc.contacts}) {
				got = append(got, owed{e.Channel, e.State, sprintNames(e.Rest)})
				if e.Lang != broker.French {
					t.Errorf("language %s, want the partnership's first, fr", e.Lang)
				}
				if final := e.State == channels.Suppressed; final != e.NextAt.IsZero() {
					t.Errorf("%s has NextAt %v: what can still change needs a time, what is final none", e.State, e.NextAt)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func sprintNames(names []channels.Name) string {
	out := "["
	for i, n := range names {
		if i > 0 {
			out += " "
		}
		out += string(n)
	}
	return out + "]"
}

func TestOwedTwiceHasTheSameIDs(t *testing.T) {
	o := occasion(t, Rule{Channels: ChannelRule{All: []channels.Name{channels.SMS, channels.Email}}, When: Now})
	m := Member{ID: NewMemberID(), Contacts: []Contact{contact(channels.SMS, "+32470000001"), contact(channels.Email, "a@example.be")}}
	first, second := o.Owed(m), o.Owed(m)
	if first[0].ID != second[0].ID || first[1].ID != second[1].ID {
		t.Error("a plan that runs twice must name the same deliveries")
	}
	if first[0].ID == first[1].ID {
		t.Error("two channels need two ids")
	}
}

func TestQuietHours(t *testing.T) {
	loc := brussels(t)
	night := QuietHours{From: ClockTime{22, 0}, To: ClockTime{7, 0}}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, loc) }
	for _, tc := range []struct {
		name  string
		quiet QuietHours
		now   time.Time
		end   time.Time
		holds bool
	}{
		{"in the evening", night, at(23, 23, 40), at(24, 7, 0), true},
		{"after midnight", night, at(24, 3, 0), at(24, 7, 0), true},
		{"at its first minute", night, at(23, 22, 0), at(24, 7, 0), true},
		{"at its end", night, at(24, 7, 0), time.Time{}, false},
		{"by day", night, at(24, 12, 0), time.Time{}, false},
		{"over noon", QuietHours{ClockTime{12, 0}, ClockTime{14, 0}}, at(24, 13, 0), at(24, 14, 0), true},
		{"spring night ends in summer time", night, time.Date(2027, 3, 28, 1, 30, 0, 0, loc), time.Date(2027, 3, 28, 7, 0, 0, 0, loc), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			end, holds := tc.quiet.End(tc.now)
			if holds != tc.holds || !end.Equal(tc.end) {
				t.Errorf("got %v %v, want %v %v", end, holds, tc.end, tc.holds)
			}
		})
	}
}

func TestQuietHoursHoldAllButWhatIgnoresThem(t *testing.T) {
	rule := Rule{Channels: ChannelRule{First: []channels.Name{channels.SMS}}, When: Now}
	m := Member{ID: NewMemberID(), Contacts: []Contact{contact(channels.SMS, "+32470000001")}}
	o := occasion(t, rule)
	o.Plan.QuietHours = &QuietHours{ClockTime{19, 0}, ClockTime{7, 0}}
	e := o.Owed(m)[0]
	if want := time.Date(2026, 11, 24, 7, 0, 0, 0, brussels(t)); e.State != channels.Held || !e.NotBefore.Equal(want) || !e.NextAt.Equal(want) {
		t.Errorf("got %s until %v, want held until %v", e.State, e.NotBefore, want)
	}
	o.Approval.Rule.IgnoreQuietHours = true
	if e := o.Owed(m)[0]; e.State != channels.Pending {
		t.Errorf("got %s, want pending: this rule ignores quiet hours", e.State)
	}
}

func TestExpiredBeforePlanning(t *testing.T) {
	o := occasion(t, Rule{Channels: ChannelRule{First: []channels.Name{channels.SMS}}, When: Now})
	o.Now = o.Message.Expires
	e := o.Owed(Member{ID: NewMemberID(), Contacts: []Contact{contact(channels.SMS, "+32470000001")}})[0]
	if e.State != channels.Expired || !e.NextAt.IsZero() {
		t.Errorf("got %s, want expired and final", e.State)
	}
}

func TestFallback(t *testing.T) {
	o := occasion(t, Rule{Channels: ChannelRule{First: []channels.Name{channels.SMS, channels.Push, channels.Email}}, When: Now})
	m := Member{ID: NewMemberID(), Contacts: []Contact{contact(channels.SMS, "+32470000001"), contact(channels.Push, "p"), contact(channels.Email, "a@example.be")}}
	sms := o.Owed(m)[0]
	push := sms.Fallback(m.Contacts, o.Now)
	if len(push) != 1 || push[0].Channel != channels.Push || push[0].State != channels.Pending || push[0].ID == sms.ID {
		t.Fatalf("got %+v, want a pending push with an id of its own", push)
	}
	noPush := m.Contacts[2:]
	if next := sms.Fallback(noPush, o.Now); len(next) != 1 || next[0].Channel != channels.Email {
		t.Errorf("got %+v, want the email, for push does not reach any more", next)
	}
	email := push[0].Fallback(m.Contacts, o.Now)
	if next := email[0].Fallback(m.Contacts, o.Now); len(next) != 0 {
		t.Errorf("got %+v after the last channel, want nothing", next)
	}
	if next := sms.Fallback(m.Contacts, sms.NotAfter); len(next) != 0 {
		t.Errorf("got %+v after expiry, want nothing", next)
	}
}
