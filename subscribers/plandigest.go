package subscribers

import (
	"strings"
	"time"
)

// MaxPreview is the longest time before an infoflash at which its coordinators
// can be shown it: the next one's begins when this one has gone.
const MaxPreview = 24 * time.Hour

// digestFaults lists what is wrong with the infoflash's part of a plan.
func (p Plan) digestFaults() []PlanFault {
	d := p.Digest
	var faults []PlanFault
	add := func(wrong bool, key string, code faultCode, args ...any) {
		if wrong {
			faults = append(faults, newFault("digest."+key, code, args...))
		}
	}
	known := d.Every == Daily || d.Every == Weekly || d.Every == ByCron
	add(!known, "every", faultDigestEvery, string(d.Every))
	add(d.Weekday < time.Sunday || d.Weekday > time.Saturday, "weekday", faultDigestWeekday, int(d.Weekday))
	add(d.Every == Daily && d.Weekday != 0, "weekday", faultDigestWeekdayDaily)
	add(d.Every == ByCron && d.Weekday != 0, "weekday", faultCronSays)
	add(d.Every == ByCron && d.At != ClockTime{}, "at", faultCronSays)
	add(known && d.Every != ByCron && d.Cron != "", "cron", faultCronUnused)
	add(d.Preview < 0, "preview", faultNegative)
	add(d.Preview > MaxPreview, "preview", faultPreviewLong)
	if d.Every == ByCron {
		_, trouble := parseCron(d.Cron)
		add(trouble != "", "cron", trouble, cronArgs(trouble, strings.TrimSpace(d.Cron))...)
	}
	return faults
}

// cronArgs are what the sentence about an expression names.
func cronArgs(trouble faultCode, expression string) []any {
	switch trouble {
	case faultCronShort, faultCronUnread:
		return []any{expression}
	case faultCronFields:
		return []any{len(strings.Fields(expression))}
	}
	return nil
}
