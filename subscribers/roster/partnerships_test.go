package roster

import (
	"errors"
	"os"
	"strings"
	"testing"
)

const onePartnership = `partnerships:
  - id: plp-tilleuls
    zone: demo
    name: PLP Les Tilleuls
    tag: PLP Tilleuls
    languages: [fr]
    stage: launched
    charter: {signed: 2026-01-15}
`

func TestReadPartnerships(t *testing.T) {
	entries, err := ReadPartnerships(strings.NewReader(onePartnership))
	if err != nil {
		t.Fatal(err)
	}
	p := entries[0].Partnership
	if p.ID != "plp-tilleuls" || p.Charter.Signed.String() != "2026-01-15" || len(entries[0].Plan.Rules) != 3 {
		t.Errorf("got %+v", entries[0])
	}
	if faults := DefaultPlan().Faults(); len(faults) > 0 {
		t.Errorf("the default plan has faults: %v", faults)
	}
	demo, err := os.ReadFile("../../cmd/relais/demo/partnerships.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPartnerships(strings.NewReader(string(demo))); err != nil {
		t.Errorf("the demonstration's file: %v", err)
	}
}

func TestBadPartnershipsAreNamed(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"id", "id: plp-tilleuls", "id: PLP Tilleuls", "line 2: partnerships[0].id is missing or malformed"},
		{"tag", "tag: PLP Tilleuls", "tag: PLP Les Tilleuls de Namur", "line 5: partnerships[0].tag is missing, longer than 20"},
		{"language", "[fr]", "[es]", "line 6: partnerships[0].languages has \"es\""},
		{"stage", "launched", "running", "line 7: partnerships[0].stage is \"running\""},
		{"time zone", "    stage", "    timezone: Europe/Namur\n    stage", "line 7: partnerships[0].timezone"},
		{"charter", "{signed: 2026-01-15}", "{signed: 2026-01-15, until: 2025-01-15}", "line 8: partnerships[0].charter.until is before"},
		{"date", "2026-01-15", "15/01/2026", "line 8: "},
		{"unknown key", "stage: launched", "stadium: launched", "line 7: "},
		{"plan", "stage: launched", "plan: {digest: {every: hour, at: \"18:00\"}}\n    stage: launched", "line 7: partnerships[0].plan.rules cover nothing"},
		{"not YAML", "partnerships:", "partnerships: [", "line "},
		{"second unknown key", "stage: launched", "zome: demo\n    stage: launched\n    stadium: launched", "line 7: zome is not a key that is known here; see docs/install.md for the keys\nline 9: stadium is not"},
		{"duration", "stage: launched", "plan: {rules: [{when: now, approval: {within: soon}}]}\n    stage: launched", "line 7: the value is not a duration"},
		{"kind of value", "[fr]", "{fr: yes}", "line 6: the value is of the wrong kind"},
		{"line in a rule", "stage: launched", "plan:\n      rules:\n        - when: sometimes\n    stage: launched", "line 9: partnerships[0].plan.rules[0].when is \"sometimes\""},
		{"tag of two lines", "tag: PLP Tilleuls", `tag: "PLP\nTilleuls"`, "line 5: partnerships[0].tag"},
		{"second document", "{signed: 2026-01-15}\n", "{signed: 2026-01-15}\n---\npartnerships: []\n", "the file goes on after"},
		{"area", "stage: launched", "outline: {type: Point, coordinates: []}\n    stage: launched", "line 7: partnerships[0].outline has the type \"Point\""},
		{"twice", onePartnership, onePartnership + strings.TrimPrefix(onePartnership, "partnerships:\n"), "line 9: partnerships[1].id \"plp-tilleuls\" stands twice"},
		{"empty list", onePartnership, "partnerships: []", "partnerships is empty"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ReadPartnerships(strings.NewReader(strings.Replace(onePartnership, tc.old, tc.new, 1)))
			var faults Faults
			if !errors.As(err, &faults) || !strings.HasPrefix(faults.Error(), tc.want) {
				t.Errorf("got %v, want a fault that begins with %q", err, tc.want)
			}
		})
	}
}

// The area's streets are read, and what is wrong with them is said with its line.
func TestStreets(t *testing.T) {
	const head = "partnerships:\n  - id: tilleuls\n    zone: demo\n    name: PLP\n    tag: PLP\n    languages: [fr]\n    stage: launched\n"
	entries, err := ReadPartnerships(strings.NewReader(head + "    contact: Anne Dupont, 0470 12 34 56\n    streets:\n      - name: Rue des Tilleuls\n      - {name: Chaussée de Namur, from: 1, to: 57, side: odd}\n"))
	if err != nil || len(entries[0].Partnership.Streets) != 2 || entries[0].Partnership.Contact == "" {
		t.Fatalf("got %+v, %v", entries, err)
	}
	_, err = ReadPartnerships(strings.NewReader(head + "    streets:\n      - {from: 9, to: 3, side: left}\n"))
	for _, want := range []string{"streets[0].name is missing", "streets[0].to is before from", `streets[0].side is "left"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}
