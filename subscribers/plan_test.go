package subscribers

import (
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

const goodPlan = `
rules:
  - kinds: [alert, missing, hazard]
    urgencies: [immediate]
    approval: {by: coordinator-then-police, deputies_after: 5m, within: 10m}
    channels: {first: [sms, push, email]}
    when: now
    ignore_quiet_hours: true
  - kinds: [prevention, info]
    approval: {by: coordinator, within: 72h}
    channels: {first: [email, sms]}
    when: digest
  - approval: {by: coordinator, within: 24h}
    channels: {all: [email, push]}
    when: now
quiet_hours: {from: "22:00", to: "07:00"}
digest: {every: day, at: "18:00"}
`

func TestPlanRules(t *testing.T) {
	p, err := ParsePlan([]byte(goodPlan))
	if err != nil {
		t.Fatal(err)
	}
	if faults := p.Faults(); len(faults) != 0 {
		t.Fatalf("faults: %v", faults)
	}
	for _, tc := range []struct {
		kind    broker.Kind
		urgency broker.Urgency
		want    ApprovalBy
		when    When
	}{
		{broker.Alert, broker.Immediate, ByCoordinatorThenPolice, Now},
		{broker.Alert, broker.Expected, ByCoordinator, Now},
		{broker.Prevention, broker.Future, ByCoordinator, WithDigest},
		{broker.Test, broker.Future, ByCoordinator, Now},
	} {
		r, ok := p.RuleFor(tc.kind, tc.urgency)
		if !ok || r.Approval.By != tc.want || r.When != tc.when {
			t.Errorf("%s/%s: got %s %s, want %s %s", tc.kind, tc.urgency, r.Approval.By, r.When, tc.want, tc.when)
		}
	}
	if !p.Uses(channels.Push) || p.Uses(channels.Voice) {
		t.Error("the plan uses push and not voice")
	}
}

func TestPlanFaults(t *testing.T) {
	for _, tc := range []struct {
		name, old, new, where, what string
	}{
		{"unknown kind", "[prevention, info]", "[prevention, gossip]", "rules[1].kinds", "gossip"},
		{"unknown urgency", "[immediate]", "[now]", "rules[0].urgencies", `"now"`},
		{"no channel", "{first: [email, sms]}", "{}", "rules[1].channels", "either all or first"},
		{"both lists", "{first: [email, sms]}", "{first: [email], all: [sms]}", "rules[1].channels", "either all or first"},
		{"urgent into the digest", "when: now\n    ignore_quiet_hours: true", "when: digest", "rules[0].when", "immediate"},
		{"unknown approver", "{by: coordinator, within: 72h}", "{by: mayor}", "rules[1].approval.by", "mayor"},
		{"police without a time", ", within: 10m", "", "rules[0].approval.within", "missing"},
		{"deputies too late", "deputies_after: 5m", "deputies_after: 15m", "rules[0].approval.deputies_after", "before within"},
		{"gap", "  - approval: {by: coordinator, within: 24h}", "  - kinds: [test]\n    approval: {by: coordinator, within: 24h}", "rules", "appeal/expected"},
		{"unreachable", "  - kinds: [prevention, info]", "  - kinds: [alert]\n    urgencies: [immediate]", "rules[1]", "never used"},
		{"no cadence", "every: day", "every: hour", "digest.every", "hour"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := strings.Replace(goodPlan, tc.old, tc.new, 1)
			if text == goodPlan {
				t.Fatal("the case changes nothing")
			}
			p, err := ParsePlan([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Faults() {
				if f.Where == tc.where && strings.Contains(f.Error(), tc.what) && f.Remedy != "" {
					return
				}
			}
			t.Errorf("got %v, want a fault at %s about %q", p.Faults(), tc.where, tc.what)
		})
	}
	if _, err := ParsePlan([]byte("rules: []\nquiet_hour: {}\n")); err == nil || !strings.Contains(err.Error(), "quiet_hour") {
		t.Errorf("an unknown key must be named, got %v", err)
	}
}

func TestDigestSlotsOverClockChanges(t *testing.T) {
	p := Partnership{ID: "p"}
	for _, tc := range []struct {
		name      string
		at        ClockTime
		from, to  string
		wantDates string
	}{
		{"spring, in the gap", ClockTime{2, 30}, "2027-03-27T12:00:00+01:00", "2027-03-29T12:00:00+02:00", "2027-03-28 2027-03-29"},
		{"autumn, in the fold", ClockTime{2, 30}, "2026-10-24T12:00:00+02:00", "2026-10-26T12:00:00+01:00", "2026-10-25 2026-10-26"},
		{"midnight", ClockTime{0, 0}, "2026-10-24T12:00:00+02:00", "2026-10-26T12:00:00+01:00", "2026-10-25 2026-10-26"},
		{"last minute", ClockTime{23, 59}, "2027-03-27T12:00:00+01:00", "2027-03-29T12:00:00+02:00", "2027-03-27 2027-03-28"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			from, to := instant(t, tc.from), instant(t, tc.to)
			plan := DigestPlan{Every: Daily, At: tc.at}
			if got := dates(plan.Slots(p, from, to)); got != tc.wantDates {
				t.Errorf("in one go: %s, want %s", got, tc.wantDates)
			}
			var steps []Slot
			for now := from; now.Before(to); now = now.Add(10 * time.Minute) {
				steps = append(steps, plan.Slots(p, now, now.Add(10*time.Minute))...)
			}
			if got := dates(steps); got != tc.wantDates {
				t.Errorf("in steps of ten minutes: %s, want %s", got, tc.wantDates)
			}
		})
	}
	weekly := DigestPlan{Every: Weekly, Weekday: time.Friday, At: ClockTime{18, 0}}
	if got := dates(weekly.Slots(p, instant(t, "2026-11-01T00:00:00Z"), instant(t, "2026-11-15T00:00:00Z"))); got != "2026-11-06 2026-11-13" {
		t.Errorf("weekly: %s", got)
	}
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func dates(slots []Slot) string {
	var out []string
	for _, s := range slots {
		out = append(out, s.Date.String())
	}
	return strings.Join(out, " ")
}

func TestDigestOnePerPersonAndDay(t *testing.T) {
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	member := NewMemberID()
	item := func(p broker.PartnershipID, on channels.Name) Entry {
		return Entry{ID: channels.DeliveryID{UUID: broker.NewMessageID().UUID}, Member: member, Partnership: p, Channel: on, Lang: broker.French}
	}
	person := DigestPerson{Member: member, Items: []Entry{item("home", channels.SMS), item("shop", channels.Email)}}
	home := Slot{Partnership: "home", Date: Date{2026, 11, 23}}.Digest(person, now)
	shop := Slot{Partnership: "shop", Date: Date{2026, 11, 23}}.Digest(person, now)
	tomorrow := Slot{Partnership: "home", Date: Date{2026, 11, 24}}.Digest(person, now)
	if home.ID != shop.ID || home.ID == tomorrow.ID {
		t.Error("one person has one digest on a day, whichever partnership's slot comes first, and another one tomorrow")
	}
	if home.Channel != channels.Email || len(home.Items) != 2 {
		t.Errorf("got %s with %d items, want email with 2", home.Channel, len(home.Items))
	}
}

func TestCapabilities(t *testing.T) {
	c, err := NewCapabilities(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	id := channels.DeliveryID{UUID: broker.NewMessageID().UUID}
	token := c.Token(CanDecide, id)
	if got, err := c.Check(CanDecide, token); err != nil || got != id {
		t.Errorf("got %v %v, want the delivery back", got, err)
	}
	other, _ := NewCapabilities([]byte(strings.Repeat("k", 32)))
	for name, err := range map[string]error{
		"for another page":  check(c, CanLeave, token),
		"of another server": check(other, CanDecide, token),
		"cut short":         check(c, CanDecide, token[:len(token)-1]),
		"empty":             check(c, CanDecide, ""),
		"changed":           check(c, CanDecide, "_"+token[1:]),
	} {
		if err == nil {
			t.Errorf("a token %s was taken", name)
		}
	}
	if _, err := NewCapabilities(nil); err == nil {
		t.Error("an empty key was taken")
	}
}

func check(c Capabilities, may Capability, token string) error {
	_, err := c.Check(may, token)
	return err
}
