package subscribers

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"relais/broker"
	"relais/channels"
)

// PlanFault is one thing that is wrong with a plan.
type PlanFault struct {
	Where   string // "rules[2].channels"
	Problem string // "names no channel"
	Remedy  string
}

func (f PlanFault) Error() string { return fmt.Sprintf("%s %s; %s", f.Where, f.Problem, f.Remedy) }

// ParsePlan reads a plan from YAML. An unknown key is an error.
func ParsePlan(data []byte) (Plan, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var p Plan
	if err := dec.Decode(&p); err != nil {
		return Plan{}, fmt.Errorf("read plan: %w", err)
	}
	return p, nil
}

// Faults lists everything that is wrong with a plan: gaps, contradictions and
// rules that no message can reach. None: the plan can be used.
func (p Plan) Faults() []PlanFault {
	var faults []PlanFault
	for i, r := range p.Rules {
		faults = append(faults, r.faults(fmt.Sprintf("rules[%d]", i))...)
	}
	faults = append(faults, p.gaps()...)
	faults = append(faults, p.unreachable()...)
	faults = append(faults, p.contradictions()...)
	return append(faults, p.digestFaults()...)
}

func (r Rule) faults(where string) []PlanFault {
	var faults []PlanFault
	add := func(key, problem, remedy string) {
		faults = append(faults, PlanFault{where + "." + key, problem, remedy})
	}
	for _, k := range r.Kinds {
		if !slices.Contains(broker.Kinds(), k) {
			add("kinds", fmt.Sprintf("names %q", k), "use alert, missing, hazard, appeal, prevention, feedback, closing, info or test")
		}
	}
	for _, u := range r.Urgencies {
		if !slices.Contains(urgencies(), u) {
			add("urgencies", fmt.Sprintf("names %q", u), "use immediate, expected or future")
		}
	}
	if r.When != Now && r.When != WithDigest {
		add("when", fmt.Sprintf("is %q", r.When), "use now or digest")
	}
	if r.When == WithDigest && slices.Contains(r.Urgencies, broker.Immediate) {
		add("when", "keeps immediate messages for the digest", "use now, or leave immediate out of the urgencies")
	}
	if (len(r.Channels.All) == 0) == (len(r.Channels.First) == 0) {
		add("channels", "needs either all or first", "list the channels under one of the two")
	}
	for _, name := range slices.Concat(r.Channels.All, r.Channels.First) {
		if !broker.ValidToken(string(name)) {
			add("channels", fmt.Sprintf("names %q", name), "use sms, email, push or voice")
		}
	}
	return append(faults, r.Approval.faults(where+".approval")...)
}

func (a ApprovalRule) faults(where string) []PlanFault {
	var faults []PlanFault
	add := func(key, problem, remedy string) {
		faults = append(faults, PlanFault{where + "." + key, problem, remedy})
	}
	switch a.By {
	case ByCoordinator, ByCoordinatorThenPolice, ByPolice:
	default:
		add("by", fmt.Sprintf("is %q", a.By), "use coordinator, police or coordinator-then-police")
	}
	if a.By == ByCoordinatorThenPolice && a.Within <= 0 {
		add("within", "is missing", "say after how long the police send, as 10m")
	}
	if a.DeputiesAfter < 0 || a.Within < 0 {
		add("within", "is negative", "give a duration such as 10m")
	}
	if a.Within > 0 && a.DeputiesAfter >= a.Within {
		add("deputies_after", "is not before within", "ask the deputies earlier")
	}
	return faults
}

// gaps lists kinds and urgencies that no rule covers.
func (p Plan) gaps() []PlanFault {
	var open []string
	for _, k := range broker.Kinds() {
		for _, u := range urgencies() {
			if _, ok := p.RuleFor(k, u); !ok {
				open = append(open, string(k)+"/"+string(u))
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	return []PlanFault{{"rules", "cover nothing of " + strings.Join(open, ", "), "add a last rule without kinds, which covers the rest"}}
}

// unreachable lists rules that earlier ones leave nothing for.
func (p Plan) unreachable() []PlanFault {
	var faults []PlanFault
	for i, r := range p.Rules {
		if !p.reaches(i, r) {
			faults = append(faults, PlanFault{fmt.Sprintf("rules[%d]", i), "is never used, for the rules before it cover everything it names", "take it out, or move it up"})
		}
	}
	return faults
}

func (p Plan) reaches(i int, r Rule) bool {
	before := Plan{Rules: p.Rules[:i]}
	for _, k := range broker.Kinds() {
		for _, u := range urgencies() {
			if _, taken := before.RuleFor(k, u); !taken && r.covers(k, u) {
				return true
			}
		}
	}
	return false
}

func (p Plan) digestFaults() []PlanFault {
	switch {
	case p.Digest.Every != Daily && p.Digest.Every != Weekly:
		return []PlanFault{{"digest.every", fmt.Sprintf("is %q", p.Digest.Every), "use day or week"}}
	case p.Digest.Weekday < time.Sunday || p.Digest.Weekday > time.Saturday:
		return []PlanFault{{"digest.weekday", fmt.Sprintf("is %d", p.Digest.Weekday), "use 0 (Sunday) to 6 (Saturday)"}}
	}
	return nil
}

func urgencies() []broker.Urgency {
	return []broker.Urgency{broker.Immediate, broker.Expected, broker.Future}
}

// Uses says whether any rule names a channel.
func (p Plan) Uses(name channels.Name) bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool {
		return slices.Contains(r.Channels.All, name) || slices.Contains(r.Channels.First, name)
	})
}
