package main

import (
	"testing"

	"relais/broker"
)

// A plan that stands alone is read, with the line of each fault; a file of
// partnerships is none.
func TestDeskReadsAPlan(t *testing.T) {
	const sound = "rules:\n  - approval: {by: coordinator, within: 30m}\n    channels: {first: [sms]}\n    when: now\ndigest: {every: day, at: \"18:00\"}\n"
	plan, faults, err := planReader{}.ReadPlan(sound, broker.French)
	if err != nil || plan == nil || len(plan.Rules) != 1 || len(faults) != 0 {
		t.Errorf("got %v, %v, %v", plan, faults, err)
	}
	plan, faults, err = planReader{}.ReadPlan(sound+"colour: blue\n", broker.French)
	if err != nil || plan != nil || len(faults) != 1 || faults[0].Line != 6 {
		t.Errorf("an unknown key: got %v, %v, %v", plan, faults, err)
	}
	if plan, _, _ = (planReader{}).ReadPlan("partnerships:\n  - id: x\n", broker.French); plan != nil {
		t.Errorf("partnerships: got %v", plan)
	}
}
