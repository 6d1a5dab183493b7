package main

import (
	"path/filepath"
	"testing"
	"time"

	"relais/broker"
	"relais/subscribers"
)

const examplePlans = "../../docs/examples/plans"

// The plans that docs/plan.md offers have no faults, and say in every language
// what they do.
func TestExamplePlans(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(examplePlans, "*.yaml"))
	if err != nil || len(files) != 3 {
		t.Fatalf("found %d example plans (%v), want 3", len(files), err)
	}
	for _, file := range files {
		entries, faults, err := readPlans(file, broker.English)
		if err != nil || len(faults) > 0 || len(entries) != 1 {
			t.Errorf("%s: %d plans, faults %v, error %v", file, len(entries), faults, err)
			continue
		}
		if found := entries[0].Plan.Faults(); len(found) > 0 {
			t.Errorf("%s: %v", file, found)
		}
		for _, kind := range broker.Kinds() {
			if entries[0].Plan.FirstRule(kind, kind.UsualUrgency()) < 0 {
				t.Errorf("%s: no rule for %s", file, kind)
			}
		}
	}
}

func TestParseAt(t *testing.T) {
	brussels := subscribers.Partnership{}.Location()
	for _, tc := range []struct {
		name, text, want, remark string
	}{
		{"an ordinary time", "2026-11-23T20:15", "2026-11-23T20:15:00+01:00", ""},
		{"in the spring gap", "2027-03-28T02:30", "2027-03-28T03:00:00+02:00", "02:30 does not exist on that day, for the clocks go forward; 03:00 is taken."},
		{"after the spring gap", "2027-03-28T03:00", "2027-03-28T03:00:00+02:00", ""},
		{"in the autumn fold", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00", "02:30 comes twice on that day, for the clocks go back; the first is taken (the second is 2026-10-25T02:30+01:00)."},
		{"the second of the fold", "2026-10-25T02:30+01:00", "2026-10-25T02:30:00+01:00", ""},
		{"before the fold", "2026-10-25T01:59", "2026-10-25T01:59:00+02:00", ""},
		{"after the fold", "2026-10-25T03:00", "2026-10-25T03:00:00+01:00", ""},
		{"in another zone", "2026-11-23T19:15:30Z", "2026-11-23T20:15:30+01:00", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			at, err := parseAt(tc.text, brussels)
			if err != nil {
				t.Fatal(err)
			}
			if got := at.Format(time.RFC3339); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if got := remarkAt(tc.text, at); got != tc.remark {
				t.Errorf("remark: got %q, want %q", got, tc.remark)
			}
		})
	}
	for _, text := range []string{"", "tonight", "2026-13-01T10:00", "2026-11-23"} {
		if _, err := parseAt(text, brussels); err == nil {
			t.Errorf("%q was taken for a time", text)
		}
	}
}

// Two members at one address get one SMS, as in the ledger.
func TestDeparturesCountAnAddressOnce(t *testing.T) {
	m := broker.Message{ID: broker.NewMessageID(), Revision: 1, Expires: time.Now().Add(time.Hour)}
	rule := subscribers.Rule{When: subscribers.Now, Channels: subscribers.ChannelRule{First: everyChannelName()}}
	s := &simulation{message: m, available: everyChannelName(), partnership: subscribers.Partnership{ID: "p"}}
	for _, home := range []string{"one", "one", "other"} {
		s.members = append(s.members, imaginedMember(home, broker.French, "sms"))
	}
	s.members = append(s.members, imaginedMember("paper", broker.French, "pigeon"), imaginedMember("paper", broker.French, "pigeon"))
	lines, people := s.departures(subscribers.Moment{At: time.Now(), Approval: subscribers.Approval{Rule: rule}})
	if len(lines) != 2 || lines[0].count() != 2 || lines[1].count() != 2 || !lines[1].At.IsZero() || people != 2 {
		t.Errorf("got %+v, want 2 by SMS and then 2 whom nothing reaches", lines)
	}
}
