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
	entries, faults := decodePartnerships(data, broker.English)
	if len(faults) > 0 {
		return nil, faults
	}
	return entries, nil
}

// decodePartnerships returns what it could read beside the faults.
func decodePartnerships(data []byte, lang broker.Lang) ([]Entry, Faults) {
	var file struct {
		Partnerships []entry `yaml:"partnerships"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, yamlFaults(data, err, lang)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, Faults{unreadable(unreadMore, 0, lang)}
	}
	if len(file.Partnerships) == 0 {
		return nil, Faults{{Field: "partnerships", Problem: "is empty", Remedy: "list at least one"}}
	}
	return check(file.Partnerships, linesOf(data), lang)
}

func check(read []entry, lines map[string]int, lang broker.Lang) ([]Entry, Faults) {
	var faults Faults
	var entries []Entry
	seen := make(map[broker.PartnershipID]bool)
	for i, e := range read {
		found := e.faults(lang)
		if seen[e.ID] {
			found = append(found, Fault{Field: "id", Problem: fmt.Sprintf("%q stands twice", e.ID), Remedy: "give each partnership its own"})
		}
		seen[e.ID] = true
		for _, f := range found {
			f.Field = fmt.Sprintf("partnerships[%d].%s", i, f.Field)
			f.Line = lineOf(lines, f.Field)
			faults = append(faults, f)
		}
		entries = append(entries, Entry{e.Partnership, *e.Plan})
	}
	return entries, faults
}

// faults lists what is wrong with one partnership, and fills in its plan. The
// plan's faults are in lang, or in the partnership's first language.
func (e *entry) faults(lang broker.Lang) Faults {
	faults := e.identityFaults()
	if !slices.Contains(subscribers.Stages(), e.Stage) {
		faults = append(faults, Fault{Field: "stage", Problem: fmt.Sprintf("is %q", e.Stage), Remedy: "use idea, preparation, evening, charter, launched, suspended or dissolved"})
	}
	if e.Charter.Until != (subscribers.Date{}) && e.Charter.Until.Before(e.Charter.Signed) {
		faults = append(faults, Fault{Field: "charter.until", Problem: "is before charter.signed", Remedy: "check both dates"})
	}
	faults = append(faults, e.streetFaults()...)
	if e.Outline != nil {
		if problem, remedy := e.Outline.Fault(); problem != "" {
			faults = append(faults, Fault{Field: "outline", Problem: problem, Remedy: remedy})
		}
	}
	if e.Plan == nil {
		plan := DefaultPlan()
		e.Plan = &plan
	}
	if lang == "" && len(e.Languages) > 0 {
		lang = e.Languages[0]
	}
	for _, f := range e.Plan.Faults() {
		f = f.In(lang)
		faults = append(faults, Fault{Field: "plan." + f.Where, Problem: f.Problem, Remedy: f.Remedy})
	}
	return faults
}

// streetFaults lists what is wrong with the area.
func (e *entry) streetFaults() (faults Faults) {
	for i, street := range e.Streets {
		at := fmt.Sprintf("streets[%d].", i)
		if !plainLine(street.Name, maxName) {
			faults = append(faults, Fault{Field: at + "name", Problem: "is missing or not one plain line", Remedy: "give the street's name, other languages under also"})
		}
		if street.From < 0 || street.To < 0 || street.To > 0 && street.To < street.From {
			faults = append(faults, Fault{Field: at + "to", Problem: "is before from", Remedy: "give the lower house number as from"})
		}
		if street.Side != "" && street.Side != subscribers.Odd && street.Side != subscribers.Even {
			faults = append(faults, Fault{Field: at + "side", Problem: fmt.Sprintf("is %q", street.Side), Remedy: "use odd or even, or leave it out for both"})
		}
	}
	if e.Contact != "" && !plainLine(e.Contact, maxContact) {
		faults = append(faults, Fault{Field: "contact", Problem: fmt.Sprintf("is longer than %d characters or not one plain line", maxContact), Remedy: "say in one line whom residents may ask"})
	}
	return faults
}

// maxContact is the longest line that says whom residents may ask, in characters.
const maxContact = 200

func (e *entry) identityFaults() (faults Faults) {
	add := func(wrong bool, field, problem, remedy string) {
		if wrong {
			faults = append(faults, Fault{Field: field, Problem: problem, Remedy: remedy})
		}
	}
	token := "use lower case letters, digits and hyphens"
	add(!broker.ValidToken(string(e.ID)), "id", "is missing or malformed", token)
	add(!broker.ValidToken(string(e.Zone)), "zone", "is missing or malformed", token)
	add(!plainLine(e.Name, maxName), "name", fmt.Sprintf("is missing, longer than %d characters or not one plain line", maxName), "give the name that members know")
	add(!plainLine(e.Tag, subscribers.MaxTag), "tag", fmt.Sprintf("is missing, longer than %d characters or not one plain line", subscribers.MaxTag), "give the short name that begins each SMS")
	add(len(e.Languages) == 0, "languages", "is empty", "list fr, nl, de or en, the partnership's own first")
	for _, lang := range e.Languages {
		add(!lang.Valid(), "languages", fmt.Sprintf("has %q", lang), "use fr, nl, de or en")
	}
	_, err := time.LoadLocation(e.Timezone)
	add(err != nil || e.Timezone == "Local", "timezone", fmt.Sprintf("%q is not known", e.Timezone), "use an IANA name such as Europe/Brussels")
	return faults
}

func plainLine(text string, most int) bool {
	return strings.TrimSpace(text) != "" && utf8.RuneCountInString(text) <= most && !hidden(text)
}

// linesOf returns the line of each key and entry of the file, by its path:
// "partnerships[0].plan.rules[2].when".
func linesOf(data []byte) map[string]int {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil || len(root.Content) == 0 {
		return nil // the decoder has said what is wrong
	}
	lines := make(map[string]int)
	note(lines, "", root.Content[0])
	return lines
}

func note(lines map[string]int, path string, node *yaml.Node) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := strings.TrimPrefix(path+"."+node.Content[i].Value, ".")
			lines[key] = node.Content[i].Line
			note(lines, key, node.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			key := fmt.Sprintf("%s[%d]", path, i)
			lines[key] = item.Line
			note(lines, key, item)
		}
	default: // values hold nothing more
	}
}

// lineOf returns the line of a path, or of the nearest above it that the file has.
func lineOf(lines map[string]int, path string) int {
	for path != "" {
		if line, ok := lines[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}
