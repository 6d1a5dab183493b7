package subscribers

import (
	"fmt"
	"slices"

	"relais/channels"
)

// contradictions lists what a plan says in one place and takes back in another.
func (p Plan) contradictions() []PlanFault {
	var faults []PlanFault
	for i, r := range p.Rules {
		faults = append(faults, r.contradictions(fmt.Sprintf("rules[%d]", i))...)
	}
	if q := p.QuietHours; q != nil && q.From == q.To {
		faults = append(faults, PlanFault{"quiet_hours", fmt.Sprintf("begin and end at %s, so they would never end", q.From), "give two different times, or leave quiet_hours out"})
	}
	if p.Digest.Every == Daily && p.Digest.Weekday != 0 {
		faults = append(faults, PlanFault{"digest.weekday", "has no effect, for the infoflash goes every day", "take it out, or use every: week"})
	}
	return faults
}

func (r Rule) contradictions(where string) []PlanFault {
	var faults []PlanFault
	add := func(key, problem, remedy string) {
		faults = append(faults, PlanFault{where + "." + key, problem, remedy})
	}
	if r.IgnoreQuietHours && r.When == WithDigest {
		add("ignore_quiet_hours", "has no effect, for the rule waits for the infoflash", "take it out, or use when: now")
	}
	if r.Approval.By == ByPolice && (r.Approval.DeputiesAfter > 0 || r.Approval.Within > 0) {
		add("approval", "waits for an answer, although the police send directly", "take deputies_after and within out, or use by: coordinator-then-police")
	}
	if name, twice := repeated(slices.Concat(r.Channels.All, r.Channels.First)); twice {
		add("channels", fmt.Sprintf("names %q twice", name), "name each channel once")
	}
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
