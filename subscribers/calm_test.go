package subscribers

import (
	"testing"
	"time"

	"relais/channels"
)

func hours(t *testing.T, text string) *QuietHours {
	t.Helper()
	q, err := ParseQuietHours(text)
	if err != nil {
		t.Fatal(err)
	}
	return &q
}

func span(t *testing.T, text string) Span {
	t.Helper()
	s, err := ParseSpan(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Times are Brussels time; a message is of use until two days after its moment.
func TestCalmUntil(t *testing.T) {
	const (
		plain  = iota
		passes // the rule ignores quiet hours
		urgent // so it does, and the message is immediate
		wakes  // immediate, but the rule says nothing of quiet hours
	)
	for _, tc := range []struct {
		name                string
		what                int
		common, own, pause  string
		evenUrgent          bool
		now, until, expires string // until empty: it goes at once
	}{
		{name: "nothing is quiet", now: "2026-11-23 23:40"},
		{name: "partnership's night", common: "22:00-07:00", now: "2026-11-23 23:40", until: "2026-11-24 07:00"},
		{name: "the alert passes", what: urgent, common: "22:00-07:00", now: "2026-11-23 23:40"},
		{name: "whatever the rule lets pass", what: passes, common: "22:00-07:00", now: "2026-11-23 23:40"},
		{name: "urgent alone does not pass", what: wakes, common: "22:00-07:00", now: "2026-11-23 23:40", until: "2026-11-24 07:00"},
		{name: "not past who wants nothing at night", what: urgent, common: "22:00-07:00", evenUrgent: true, now: "2026-11-23 23:40", until: "2026-11-24 07:00"},

		{name: "own hours", own: "12:00-14:00", now: "2026-11-23 13:00", until: "2026-11-23 14:00"},
		{name: "own hours end at their end", own: "12:00-14:00", now: "2026-11-23 14:00"},
		{name: "own hours let the alert pass", what: urgent, own: "12:00-14:00", now: "2026-11-23 13:00"},
		{name: "own hours hold what is not urgent", what: passes, own: "12:00-14:00", now: "2026-11-23 13:00", until: "2026-11-23 14:00"},
		{name: "own hours hold urgent ones that the plan does not let pass", what: wakes, own: "12:00-14:00", now: "2026-11-23 13:00", until: "2026-11-23 14:00"},
		{name: "own hours hold the alert for who wants it so", what: urgent, own: "12:00-14:00", evenUrgent: true, now: "2026-11-23 13:00", until: "2026-11-23 14:00"},

		{name: "own after the partnership's", common: "22:00-07:00", own: "06:30-09:00", now: "2026-11-23 23:40", until: "2026-11-24 09:00"},
		{name: "the partnership's after own", common: "22:00-07:00", own: "20:00-22:00", now: "2026-11-23 21:00", until: "2026-11-24 07:00"},
		{name: "own longer than the partnership's", common: "22:00-07:00", own: "21:00-08:00", now: "2026-11-23 21:10", until: "2026-11-24 08:00"},

		{name: "first day of a pause", pause: "2026-11-23..2026-11-23", now: "2026-11-23 00:00", until: "2026-11-24 00:00"},
		{name: "last minute of a pause", pause: "2026-11-20..2026-11-23", now: "2026-11-23 23:59", until: "2026-11-24 00:00"},
		{name: "after a pause", pause: "2026-11-20..2026-11-22", now: "2026-11-23 00:00"},
		{name: "before a pause", pause: "2026-11-24..", now: "2026-11-23 23:59"},
		{name: "a pause ends within the night", common: "22:00-07:00", pause: "2026-11-20..2026-11-23", now: "2026-11-23 15:00", until: "2026-11-24 07:00"},
		{name: "the night ends within a pause", common: "22:00-07:00", pause: "2026-11-24..2026-11-24", now: "2026-11-23 23:00", until: "2026-11-25 07:00"},
		{name: "a pause lets the alert pass", what: urgent, pause: "2026-11-20..", now: "2026-11-23 15:00"},
		{name: "a pause holds what is not urgent", what: passes, pause: "2026-11-23..2026-11-23", now: "2026-11-23 15:00", until: "2026-11-24 00:00"},
		{name: "a pause holds the alert for who wants it so", what: urgent, pause: "2026-11-23..2026-11-23", evenUrgent: true, now: "2026-11-23 15:00", until: "2026-11-24 00:00"},
		{name: "a pause without end", pause: "2026-11-20..", now: "2026-11-23 15:00", until: "2026-11-25 15:00"},
		{name: "hours that never end", own: "08:00-08:00", now: "2026-11-23 15:00", until: "2026-11-26 08:00"},

		{name: "over the spring night", common: "22:00-07:00", now: "2027-03-28 01:59", until: "2027-03-28 07:00"},
		{name: "beginning in the spring gap", own: "02:30-03:30", now: "2027-03-28 03:10", until: "2027-03-28 03:30"},
		{name: "within the spring gap alone", own: "02:10-02:50", now: "2027-03-28 03:00"},
		{name: "ending in the spring gap", own: "22:00-02:30", now: "2027-03-28 01:59", until: "2027-03-28 03:00"},
		{name: "over the autumn night", common: "22:00-07:00", now: "2026-10-25 01:30", until: "2026-10-25 07:00"},
		{name: "ending after the hour that comes twice", own: "22:00-03:00", now: "2026-10-25 01:30", until: "2026-10-25 03:00"},
		{name: "a pause that ends on the day the clocks go back", pause: "2026-10-24..2026-10-25", now: "2026-10-24 12:00", until: "2026-10-26 00:00"},
		{name: "a pause that ends on the day the clocks go forward", pause: "2027-03-27..2027-03-28", now: "2027-03-28 12:00", until: "2027-03-29 00:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			loc := brussels(t)
			at := func(text string) time.Time {
				found, err := time.ParseInLocation("2006-01-02 15:04", text, loc)
				if err != nil {
					t.Fatal(err)
				}
				return found
			}
			c := Calm{In: loc, Ignores: tc.what == passes || tc.what == urgent, Urgent: tc.what == urgent || tc.what == wakes}
			c.Rest.EvenUrgent = tc.evenUrgent
			if tc.common != "" {
				c.Quiet = hours(t, tc.common)
			}
			if tc.own != "" {
				c.Rest.Quiet = hours(t, tc.own)
			}
			if tc.pause != "" {
				c.Rest.Pause = span(t, tc.pause)
			}
			now := at(tc.now)
			until, waits := c.Until(now.UTC(), now.Add(48*time.Hour))
			if waits != (tc.until != "") || waits && !until.Equal(at(tc.until)) {
				t.Errorf("got %v %v, want %q", until, waits, tc.until)
			}
		})
	}
}

// In the fold the first half past two is quiet, the second is not.
func TestCalmInTheFold(t *testing.T) {
	c := Calm{In: brussels(t), Quiet: hours(t, "02:00-02:40")}
	first := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	if until, waits := c.Until(first, first.Add(time.Hour)); !waits || !until.Equal(first.Add(10*time.Minute)) {
		t.Errorf("got %v %v, want ten minutes of quiet", until, waits)
	}
	if until, waits := c.Until(first.Add(time.Hour), first.Add(2*time.Hour)); waits {
		t.Errorf("quiet until %v, want the hour that comes twice to be quiet once", until)
	}
}

func TestOwedWaitsForTheMember(t *testing.T) {
	rule := Rule{Channels: ChannelRule{First: []channels.Name{channels.SMS, channels.Email}, FallbackAfter: 5 * time.Minute}, When: Now, IgnoreQuietHours: true}
	o := occasion(t, rule)
	m := Member{ID: NewMemberID(), Contacts: []Contact{contact(channels.SMS, "+32470000001"), contact(channels.Email, "a@example.be")}}
	m.Rest = Rest{Pause: span(t, "2026-11-20.."), EvenUrgent: true}
	e := o.Owed(m)[0]
	if e.State != channels.Held || !e.NotBefore.Equal(e.NotAfter) || !e.NextAt.Equal(e.NotAfter) {
		t.Errorf("%s until %v, next %v; want it held as long as it is of use, until %v", e.State, e.NotBefore, e.NextAt, e.NotAfter)
	}
	if d := o.Departs(e); !d.Late {
		t.Errorf("departs %v, want never", d)
	}
	m.Rest.EvenUrgent = false
	if e := o.Owed(m)[0]; e.State != channels.Pending || e.Patience != 5*time.Minute {
		t.Errorf("%s with patience %v, want an alert that goes at once and waits five minutes for its report", e.State, e.Patience)
	}
}

// Patience is for what is urgent and has somewhere to go on to.
func TestPatience(t *testing.T) {
	m := Member{ID: NewMemberID(), Contacts: []Contact{contact(channels.SMS, "+32470000001"), contact(channels.Push, "p"), contact(channels.Email, "a@example.be")}}
	o := occasion(t, Rule{Channels: ChannelRule{First: []channels.Name{channels.SMS, channels.Push, channels.Email}, FallbackAfter: time.Minute}, When: Now})
	sms := o.Owed(m)[0]
	push := sms.Fallback(m.Contacts, o.Now)[0]
	email := push.Fallback(m.Contacts, o.Now)[0]
	if sms.Patience != time.Minute || push.Patience != time.Minute || email.Patience != 0 {
		t.Errorf("patience %v, %v and %v, want none of the last", sms.Patience, push.Patience, email.Patience)
	}
	if at, goesOn := sms.Silent(o.Now); !goesOn || !at.Equal(o.Now.Add(time.Minute)) {
		t.Errorf("silent at %v %v, want after a minute", at, goesOn)
	}
	if _, goesOn := email.Silent(o.Now); goesOn {
		t.Error("the last channel has nowhere to go on to")
	}
	o.Message.Urgency = "expected"
	if e := o.Owed(m)[0]; e.Patience != 0 {
		t.Errorf("patience %v of what is not urgent", e.Patience)
	}
}

func TestRestFaults(t *testing.T) {
	for want, rest := range map[string]Rest{
		"quiet begins and ends at 08:00": {Quiet: &QuietHours{ClockTime{8, 0}, ClockTime{8, 0}}},
		"pause ends before it begins":    {Pause: Span{Date{2027, 1, 3}, Date{2026, 12, 20}}},
		"pause has no first day":         {Pause: Span{Until: Date{2026, 12, 20}}},
	} {
		if err := rest.Validate(); err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	good := Rest{Quiet: hours(t, "21:00-08:00"), Pause: span(t, "2026-12-20..2026-12-20"), EvenUrgent: true}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"21:00", "21-8", "", "21:00-25:00"} {
		if q, err := ParseQuietHours(text); err == nil {
			t.Errorf("%q is read as %v", text, q)
		}
	}
	for _, text := range []string{"2026-12-20", "..2026-12-20", "2026-12-20..soon", ""} {
		if s, err := ParseSpan(text); err == nil {
			t.Errorf("%q is read as %v", text, s)
		}
	}
	if got := good.Quiet.String() + " " + good.Pause.String() + " " + span(t, "2026-12-20..").String(); got != "21:00-08:00 2026-12-20..2026-12-20 2026-12-20.." {
		t.Errorf("written as %s", got)
	}
}
