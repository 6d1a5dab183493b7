package roster

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"

	"relais/broker"
	"relais/subscribers"
)

// ReadPlans reads a file of one plan, or of partnerships as ReadPartnerships
// does, so that its plans can be explained and tried out. Unlike that one it
// returns faulty plans beside their faults. A plan that stands alone has a
// partnership without id. What is wrong with a plan is said in lang, or when
// that is empty in the first language of its partnership. The error is of the
// reading alone.
func ReadPlans(r io.Reader, lang broker.Lang) ([]Entry, Faults, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, fmt.Errorf("read plans: %w", err)
	}
	lines := linesOf(data)
	if _, several := lines["partnerships"]; several {
		entries, faults := decodePartnerships(data, lang)
		return entries, faults, nil
	}
	entries, faults := decodePlan(data, lines, lang)
	return entries, faults, nil
}

func decodePlan(data []byte, lines map[string]int, lang broker.Lang) ([]Entry, Faults) {
	var plan subscribers.Plan
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&plan); err != nil {
		return nil, yamlFaults(data, err, lang)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, Faults{unreadable(unreadMore, 0, lang)}
	}
	var faults Faults
	for _, f := range plan.Faults() {
		f = f.In(lang)
		faults = append(faults, Fault{Line: lineOf(lines, f.Where), Field: f.Where, Problem: f.Problem, Remedy: f.Remedy})
	}
	return []Entry{{Plan: plan}}, faults
}
