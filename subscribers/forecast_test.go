package subscribers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

func TestUnanswered(t *testing.T) {
	const minute = time.Minute
	for _, tc := range []struct {
		name    string
		rule    ApprovalRule
		opened  string
		expires time.Duration
		upTo    time.Duration
		want    string
	}{
		{"ladder to the police", ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * minute, Within: 10 * minute}, "2026-11-23T20:00:00Z", time.Hour, time.Hour,
			"21:00 CET pending 1, 21:05 CET pending 2, 21:10 CET overruled 2"},
		{"only as far as asked", ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * minute, Within: 10 * minute}, "2026-11-23T20:00:00Z", time.Hour, 5 * minute,
			"21:00 CET pending 1, 21:05 CET pending 2"},
		{"nobody, so it lapses", ApprovalRule{By: ByCoordinator, DeputiesAfter: 0, Within: 30 * minute}, "2026-11-23T20:00:00Z", time.Hour, time.Hour,
			"21:00 CET pending 2, 21:30 CET lapsed 2"},
		{"the message expires first", ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * minute, Within: 90 * minute}, "2026-11-23T20:00:00Z", time.Hour, time.Hour,
			"21:00 CET pending 1, 21:05 CET pending 2, 22:00 CET lapsed 2"},
		{"the police directly", ApprovalRule{By: ByPolice}, "2026-11-23T20:00:00Z", time.Hour, time.Hour,
			"21:00 CET approved 0"},
		{"over the spring gap", ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * minute, Within: 10 * minute}, "2027-03-28T00:55:00Z", time.Hour, time.Hour,
			"01:55 CET pending 1, 03:00 CEST pending 2, 03:05 CEST overruled 2"},
		{"over the autumn fold", ApprovalRule{By: ByCoordinatorThenPolice, DeputiesAfter: 5 * minute, Within: 10 * minute}, "2026-10-25T00:55:00Z", time.Hour, time.Hour,
			"02:55 CEST pending 1, 02:00 CET pending 2, 02:05 CET overruled 2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, opened := Partnership{ID: "p"}, instant(t, tc.opened)
			m := broker.Message{ID: broker.NewMessageID(), Revision: 1, Expires: opened.Add(tc.expires)}
			var got []string
			for _, moment := range NewApproval(m, p, Rule{Approval: tc.rule}, everybody(), opened).Unanswered(m.Expires, everybody(), opened.Add(tc.upTo)) {
				got = append(got, fmt.Sprintf("%s %s %d", moment.At.In(p.Location()).Format("15:04 MST"), moment.Approval.State, moment.Approval.Step))
			}
			if strings.Join(got, ", ") != tc.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), tc.want)
			}
		})
	}
}

func TestDeparts(t *testing.T) {
	quiet := &QuietHours{ClockTime{22, 0}, ClockTime{2, 30}}
	for _, tc := range []struct {
		name  string
		when  When
		quiet *QuietHours
		now   string
		valid time.Duration
		on    channels.Name
		want  string
	}{
		{"at once", Now, nil, "2026-11-23T20:00:00Z", time.Hour, channels.SMS, "2026-11-23 21:00 CET"},
		{"held to the spring gap", Now, quiet, "2027-03-27T22:40:00Z", 9 * time.Hour, channels.SMS, "2027-03-28 03:00 CEST"},
		{"held to the autumn fold, the first of the two", Now, quiet, "2026-10-24T21:40:00Z", 9 * time.Hour, channels.SMS, "2026-10-25 02:30 CEST"},
		{"expired while held", Now, quiet, "2026-11-23T21:40:00Z", time.Hour, channels.SMS, "2026-11-24 02:30 CET late"},
		{"expired before the answer", Now, nil, "2026-11-23T20:00:00Z", 0, channels.SMS, "2026-11-23 21:00 CET late"},
		{"infoflash in the spring gap", WithDigest, nil, "2027-03-27T20:00:00Z", 24 * time.Hour, channels.SMS, "2027-03-28 03:00 CEST of 2027-03-28"},
		{"infoflash in the autumn fold", WithDigest, nil, "2026-10-24T20:00:00Z", 24 * time.Hour, channels.SMS, "2026-10-25 02:30 CEST of 2026-10-25"},
		{"after the first 02:30 of the fold: tomorrow", WithDigest, nil, "2026-10-25T01:00:00Z", 48 * time.Hour, channels.SMS, "2026-10-26 02:30 CET of 2026-10-26"},
		{"at the very minute it goes along", WithDigest, nil, "2026-11-24T01:30:00Z", 24 * time.Hour, channels.SMS, "2026-11-24 02:30 CET of 2026-11-24"},
		{"expired before the infoflash", WithDigest, nil, "2026-11-23T20:00:00Z", time.Hour, channels.SMS, "2026-11-24 02:30 CET of 2026-11-24 late"},
		{"nobody to reach", Now, nil, "2026-11-23T20:00:00Z", time.Hour, channels.Voice, "never no-channel"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now := instant(t, tc.now)
			o := Occasion{
				Message:     broker.Message{ID: broker.NewMessageID(), Revision: 1, Expires: now.Add(tc.valid)},
				Approval:    Approval{Rule: Rule{Channels: ChannelRule{First: []channels.Name{channels.SMS}}, When: tc.when}},
				Partnership: Partnership{ID: "p"},
				Plan:        Plan{QuietHours: tc.quiet, Digest: DigestPlan{Every: Daily, At: ClockTime{2, 30}}},
				Available:   []channels.Name{channels.SMS}, Now: now,
			}
			contact := Contact{Channel: tc.on, Address: channels.NewAddress("x"), State: ContactActive}
			e := o.Owed(Member{ID: NewMemberID(), Contacts: []Contact{contact}})[0]
			if got := sayDeparture(o.Departs(e), o.Partnership.Location()); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func sayDeparture(d Departure, loc *time.Location) string {
	said := []string{"never"}
	if !d.At.IsZero() {
		said[0] = d.At.In(loc).Format("2006-01-02 15:04 MST")
	}
	if d.Slot != (Slot{}) {
		said = append(said, "of "+d.Slot.Date.String())
	}
	if d.Late {
		said = append(said, "late")
	}
	if d.Reason != "" {
		said = append(said, string(d.Reason))
	}
	return strings.Join(said, " ")
}

func TestFirstRuleIsRuleFor(t *testing.T) {
	p, err := ParsePlan([]byte(goodPlan))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range broker.Kinds() {
		for _, urgency := range urgencies() {
			rule, _ := p.RuleFor(kind, urgency)
			if i := p.FirstRule(kind, urgency); i < 0 || p.Rules[i].Explain("en") != rule.Explain("en") {
				t.Errorf("%s/%s: rule %d is not the one that RuleFor finds", kind, urgency, i)
			}
		}
	}
	if got := (Plan{}).FirstRule(broker.Alert, broker.Immediate); got != -1 {
		t.Errorf("got rule %d of none", got)
	}
}
