package subscribers

import (
	"fmt"
	"slices"

	"relais/broker"
	"relais/channels"
)

// contradictions lists what a plan says in one place and takes back in another.
func (p Plan) contradictions() []PlanFault {
	var faults []PlanFault
	for i, r := range p.Rules {
		faults = append(faults, r.contradictions(fmt.Sprintf("rules[%d]", i), p.reached(i, r))...)
	}
	if q := p.QuietHours; q != nil && q.From == q.To {
		faults = append(faults, newFault("quiet_hours", faultQuietEndless, q.From.String()))
	}
	if p.PerDay < 0 {
		faults = append(faults, newFault("per_day", faultPerDay))
	}
	if p.Budget != nil && p.Budget.Month <= 0 {
		faults = append(faults, newFault("budget.month", faultBudget))
	}
	return faults
}

// contradictions of one rule, which is the first to cover messages of these urgencies.
func (r Rule) contradictions(where string, reached []broker.Urgency) []PlanFault {
	var faults []PlanFault
	add := func(wrong bool, key string, code faultCode, args ...any) {
		if wrong {
			faults = append(faults, newFault(where+"."+key, code, args...))
		}
	}
	urgent := slices.Contains(reached, broker.Immediate)
	add(r.When == WithDigest && slices.Contains(r.Urgencies, broker.Immediate), "when", faultDigestUrgent)
	add(r.IgnoreQuietHours && r.When == WithDigest, "ignore_quiet_hours", faultQuietDigest)
	waits := slices.ContainsFunc(r.Approval.waits(), func(w wait) bool { return w.after > 0 })
	add(r.Approval.By == ByPolice && waits, "approval", faultPoliceWaits)
	name, twice := repeated(r.Channels.names())
	add(twice, "channels", faultChannelTwice, string(name))
	add(r.Channels.FallbackAfter > 0 && len(r.Channels.First) < 2, "channels.fallback_after", faultFallbackNone)
	add(r.Channels.FallbackAfter > 0 && len(reached) > 0 && !urgent, "channels.fallback_after", faultFallbackCalm)
	return faults
}

func repeated(names []channels.Name) (channels.Name, bool) {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return name, true
		}
	}
	return "", false
}
