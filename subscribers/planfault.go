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

	code faultCode
	args []any
}

// newFault returns a fault in English; In has the other languages.
func newFault(where string, code faultCode, args ...any) PlanFault {
	return PlanFault{Where: where, code: code, args: args}.In(broker.English)
}

// In returns the fault in a language; an unknown one reads English.
func (f PlanFault) In(lang broker.Lang) PlanFault {
	words, known := faultWordsIn(lang)[f.code]
	if !known {
		return f
	}
	f.Problem, f.Remedy = words.problem, words.remedy
	if len(f.args) > 0 {
		f.Problem = fmt.Sprintf(words.problem, f.args...)
	}
	return f
}

func (f PlanFault) Error() string { return fmt.Sprintf("%s %s; %s", f.Where, f.Problem, f.Remedy) }

func faultWordsIn(lang broker.Lang) map[faultCode]faultWords {
	switch lang {
	case broker.French:
		return faultsFrench()
	case broker.Dutch:
		return faultsDutch()
	case broker.German:
		return faultsGerman()
	}
	return faultsEnglish()
}

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
	add := func(wrong bool, key string, code faultCode, args ...any) {
		if wrong {
			faults = append(faults, newFault(where+"."+key, code, args...))
		}
	}
	for _, k := range r.Kinds {
		add(!slices.Contains(broker.Kinds(), k), "kinds", faultKind, string(k))
	}
	for _, u := range r.Urgencies {
		add(!slices.Contains(urgencies(), u), "urgencies", faultUrgency, string(u))
	}
	add(r.When != Now && r.When != WithDigest, "when", faultWhen, string(r.When))
	add((len(r.Channels.All) == 0) == (len(r.Channels.First) == 0), "channels", faultChannelsOne)
	for _, name := range r.Channels.names() {
		add(!broker.ValidToken(string(name)), "channels", faultChannel, string(name))
	}
	add(r.Channels.FallbackAfter < 0, "channels.fallback_after", faultNegative)
	add(r.Channels.FallbackAfter >= ReceiptPatience, "channels.fallback_after", faultFallbackLong)
	add(r.Feedback < 0, "feedback", faultNegative)
	return append(faults, r.Approval.faults(where+".approval")...)
}

// names lists the channels of both lists, in order.
func (c ChannelRule) names() []channels.Name { return slices.Concat(c.All, c.First) }

func (r ApprovalRule) faults(where string) []PlanFault {
	var faults []PlanFault
	add := func(wrong bool, key string, code faultCode, args ...any) {
		if wrong {
			faults = append(faults, newFault(where+"."+key, code, args...))
		}
	}
	known := r.By == ByCoordinator || r.By == ByCoordinatorThenPolice || r.By == ByPolice
	add(!known, "by", faultBy, string(r.By))
	add(r.By == ByCoordinatorThenPolice && r.Within <= 0, "within", faultWithinMissing)
	waits := r.waits()
	for _, w := range waits {
		add(w.after < 0, w.key, faultNegative)
	}
	for i, w := range waits[:len(waits)-1] {
		for _, next := range waits[i+1:] {
			add(w.after > 0 && next.after > 0 && w.after >= next.after, w.key, faultOrder, next.key)
		}
	}
	return faults
}

// wait is one of a rule's delays, under the name that it has in the file.
type wait struct {
	key   string
	after time.Duration
}

// waits lists the delays of an approval in the order that they must have.
func (r ApprovalRule) waits() []wait {
	return []wait{
		{"deputies_after", r.DeputiesAfter}, {"committee_after", r.CommitteeAfter},
		{"release_after", r.ReleaseAfter}, {"within", r.Within},
	}
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
	return []PlanFault{newFault("rules", faultGap, strings.Join(open, ", "))}
}

// unreachable lists rules that earlier ones leave nothing for.
func (p Plan) unreachable() []PlanFault {
	var faults []PlanFault
	for i, r := range p.Rules {
		if len(p.reached(i, r)) == 0 {
			faults = append(faults, newFault(fmt.Sprintf("rules[%d]", i), faultUnreachable))
		}
	}
	return faults
}

// reached lists the urgencies of the messages that a rule is the first to cover.
func (p Plan) reached(i int, r Rule) []broker.Urgency {
	before := Plan{Rules: p.Rules[:i]}
	var found []broker.Urgency
	for _, u := range urgencies() {
		for _, k := range broker.Kinds() {
			if _, taken := before.RuleFor(k, u); !taken && r.covers(k, u) {
				found = append(found, u)
				break
			}
		}
	}
	return found
}

func urgencies() []broker.Urgency {
	return []broker.Urgency{broker.Immediate, broker.Expected, broker.Future}
}

// Uses says whether any rule names a channel.
func (p Plan) Uses(name channels.Name) bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool {
		return slices.Contains(r.Channels.names(), name)
	})
}
