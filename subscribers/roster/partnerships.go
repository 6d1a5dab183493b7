package roster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"relais/broker"
	"relais/subscribers"
)

// Entry is one partnership and its communication plan.
type Entry struct {
	Partnership subscribers.Partnership
	Plan        subscribers.Plan
}

// entry is how the file has it.
type entry struct {
	subscribers.Partnership `yaml:",inline"`

	Plan *subscribers.Plan `yaml:"plan"`
}

// ReadPartnerships reads partnerships from YAML. A partnership without a plan
// gets DefaultPlan. Any fault keeps the whole file out; the error is Faults.
func ReadPartnerships(r io.Reader) ([]Entry, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read partnerships: %w", err)
	}
	var file struct {
		Partnerships []entry `yaml:"partnerships"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, yamlFaults(err)
	}
	if len(file.Partnerships) == 0 {
		return nil, Faults{{Field: "partnerships", Problem: "is empty", Remedy: "list at least one"}}
	}
	return check(file.Partnerships, linesOf(data))
}

func check(read []entry, lines []int) ([]Entry, error) {
	var faults Faults
	var entries []Entry
	seen := make(map[broker.PartnershipID]bool)
	for i, e := range read {
		found := e.faults()
		if seen[e.ID] {
			found = append(found, Fault{Field: "id", Problem: fmt.Sprintf("%q stands twice", e.ID), Remedy: "give each partnership its own"})
		}
		seen[e.ID] = true
		for _, f := range found {
			f.Field = fmt.Sprintf("partnerships[%d].%s", i, f.Field)
			if i < len(lines) {
				f.Line = lines[i]
			}
			faults = append(faults, f)
		}
		entries = append(entries, Entry{e.Partnership, *e.Plan})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return entries, nil
}

// faults lists what is wrong with one partnership, and fills in its plan.
func (e *entry) faults() Faults {
	faults := e.identityFaults()
	if !slices.Contains(subscribers.Stages(), e.Stage) {
		faults = append(faults, Fault{Field: "stage", Problem: fmt.Sprintf("is %q", e.Stage), Remedy: "use idea, preparation, evening, charter, launched, suspended or dissolved"})
	}
	if e.Charter.Until != (subscribers.Date{}) && e.Charter.Until.Before(e.Charter.Signed) {
		faults = append(faults, Fault{Field: "charter.until", Problem: "is before charter.signed", Remedy: "check both dates"})
	}
	if e.Plan == nil {
		plan := DefaultPlan()
		e.Plan = &plan
	}
	for _, f := range e.Plan.Faults() {
		faults = append(faults, Fault{Field: "plan." + f.Where, Problem: f.Problem, Remedy: f.Remedy})
	}
	return faults
}

func (e *entry) identityFaults() (faults Faults) {
	add := func(wrong bool, field, problem, remedy string) {
		if wrong {
			faults = append(faults, Fault{Field: field, Problem: problem, Remedy: remedy})
		}
	}
	token := "use lower case letters, digits and hyphens"
	add(!broker.ValidToken(string(e.ID)), "id", "is missing or malformed", token)
	add(!broker.ValidToken(string(e.Zone)), "zone", "is missing or malformed", token)
	add(strings.TrimSpace(e.Name) == "", "name", "is missing", "give the name that members know")
	add(strings.TrimSpace(e.Tag) == "" || utf8.RuneCountInString(e.Tag) > subscribers.MaxTag, "tag",
		fmt.Sprintf("is missing or longer than %d characters", subscribers.MaxTag), "give the short name that begins each SMS")
	add(len(e.Languages) == 0, "languages", "is empty", "list fr, nl, de or en, the partnership's own first")
	for _, lang := range e.Languages {
		add(!lang.Valid(), "languages", fmt.Sprintf("has %q", lang), "use fr, nl, de or en")
	}
	_, err := time.LoadLocation(e.Timezone)
	add(err != nil, "timezone", fmt.Sprintf("%q is not known", e.Timezone), "use an IANA name such as Europe/Brussels")
	return faults
}

// linesOf returns the line on which each partnership begins.
func linesOf(data []byte) []int {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil || len(root.Content) == 0 {
		return nil // the decoder has said what is wrong
	}
	top := root.Content[0].Content
	for i := 0; i+1 < len(top); i += 2 {
		if top[i].Value != "partnerships" {
			continue
		}
		var lines []int
		for _, item := range top[i+1].Content {
			lines = append(lines, item.Line)
		}
		return lines
	}
	return nil
}

// yamlFaults turns the decoder's errors into ours. Its messages begin with the line.
func yamlFaults(err error) error {
	const remedy = "see docs/install.md for the keys"
	if errors.Is(err, io.EOF) {
		return Faults{{Problem: "the file is empty", Remedy: remedy}}
	}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if _, list, several := strings.Cut(text, "errors:"); several {
		text = list
	}
	var faults Faults
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			faults = append(faults, lineFault(line, remedy))
		}
	}
	return faults
}

// lineFault reads one of the decoder's sentences.
func lineFault(sentence, remedy string) Fault {
	f := Fault{Problem: sentence, Remedy: remedy}
	if _, err := fmt.Sscanf(sentence, "line %d:", &f.Line); err == nil {
		_, f.Problem, _ = strings.Cut(sentence, ": ")
	}
	if rest, unknown := strings.CutPrefix(f.Problem, "field "); unknown {
		f.Field, _, _ = strings.Cut(rest, " ")
		f.Problem = "is not a key that is known here"
	}
	return f
}
