package main

import (
	"strings"

	"relais/broker"
	"relais/subscribers"
	"relais/subscribers/roster"
	"relais/web"
)

// planReader reads plans for the desk as `relais plan check` does.
type planReader struct{}

// ReadPlan implements web.PlanReader.
func (planReader) ReadPlan(text string, lang broker.Lang) (*subscribers.Plan, []web.PlanFault, error) {
	entries, faults, err := roster.ReadPlans(strings.NewReader(text), lang)
	if err != nil {
		return nil, nil, err
	}
	var said []web.PlanFault
	for _, f := range faults {
		said = append(said, web.PlanFault{Line: f.Line, Field: f.Field, Problem: f.Problem, Remedy: f.Remedy})
	}
	if len(entries) != 1 || entries[0].Partnership.ID != "" {
		return nil, said, nil
	}
	return &entries[0].Plan, said, nil
}
