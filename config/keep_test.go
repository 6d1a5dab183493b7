package config

import "testing"

func TestKeepIsChecked(t *testing.T) {
	for name, test := range map[string]struct {
		set   string
		fault string // the key, or none
	}{
		"longer":                           {"RELAIS_KEEP_JOURNAL=3650", ""},
		"nothing is kept":                  {"RELAIS_KEEP_MEMBERS=0", "keep.members"},
		"negative":                         {"RELAIS_KEEP_MISSING=-1", "keep.missing"},
		"no time.Duration is so long":      {"RELAIS_KEEP_CONSENT=200000", "keep.consent"},
		"the journal ends before its rows": {"RELAIS_KEEP_JOURNAL=30", "keep.journal"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Load("", []string{test.set})
			if c == nil {
				t.Fatal(err)
			}
			faults := c.Problems()
			if test.fault == "" {
				if len(faults) > 0 {
					t.Errorf("got %v", faults)
				}
				return
			}
			if len(faults) != 1 || faults[0].Key != test.fault {
				t.Errorf("got %v, want one about %s", faults, test.fault)
			}
		})
	}
}
