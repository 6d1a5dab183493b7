package roster

import (
	"strings"
	"testing"

	"relais/broker"
)

const onePlan = `rules:
  - kinds: [alert]
    approval: {by: police}
    channels: {first: [sms]}
    when: now
  - approval: {by: coordinator}
    channels: {first: [sms]}
    when: now
digest: {every: day, at: "18:00"}
`

func TestReadPlans(t *testing.T) {
	member := "partnerships:\n  - id: plp-a\n    zone: demo\n    name: PLP A\n    tag: PLP A\n    languages: [fr]\n    stage: idea\n    plan:\n      " + strings.ReplaceAll(strings.TrimSpace(onePlan), "\n", "\n      ") + "\n"
	for _, tc := range []struct {
		name, text string
		id         string
		rules      int
		fault      string // its first words; empty: none
	}{
		{"one plan", onePlan, "", 2, ""},
		{"a partnership", member, "plp-a", 2, ""},
		{"a faulty plan is read too", strings.Replace(onePlan, "first: [sms]", "", 1), "", 2, "line 4: rules[0].channels needs either"},
		{"a faulty plan of a partnership", strings.Replace(member, "by: police", "by: mayor", 1), "plp-a", 2, "line 11: partnerships[0].plan.rules[0].approval.by is \"mayor\""},
		{"an unknown key", "rule: []\n", "", 0, "line 1: rule is not a key"},
		{"two documents", onePlan + "---\nrules: []\n", "", 0, "the file goes on"},
		{"nothing", "", "", 0, "the file is empty"},
		{"no YAML", "rules: [\n", "", 0, "line"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			entries, faults, err := ReadPlans(strings.NewReader(tc.text), broker.English)
			if err != nil {
				t.Fatal(err)
			}
			if got := faults.Error(); !strings.HasPrefix(got, tc.fault) || tc.fault == "" && got != "" {
				t.Errorf("faults: got %q, want %q", got, tc.fault)
			}
			if tc.rules == 0 {
				if len(entries) != 0 {
					t.Errorf("got %d plans of what cannot be read", len(entries))
				}
				return
			}
			if len(entries) != 1 || string(entries[0].Partnership.ID) != tc.id || len(entries[0].Plan.Rules) != tc.rules {
				t.Errorf("got %+v, want %q with %d rules", entries, tc.id, tc.rules)
			}
		})
	}
}
