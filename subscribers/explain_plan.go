package subscribers

import (
	"strings"
	"time"

	"relais/broker"
)

// Explain says in a sentence from when to when messages wait; for no quiet
// hours (nil), that they do not. An unknown language reads English.
func (q *QuietHours) Explain(lang broker.Lang) string {
	w := planWordsIn(lang)
	if q == nil {
		return w.noQuiet
	}
	return strings.NewReplacer("{from}", q.From.String(), "{to}", q.To.String()).Replace(w.quiet)
}

// Explain says in a sentence when the infoflash goes. An unknown language
// reads English.
func (d DigestPlan) Explain(lang broker.Lang) string {
	w := planWordsIn(lang)
	day := w.everyDay
	if d.Every == Weekly && d.Weekday >= time.Sunday && d.Weekday <= time.Saturday {
		day = w.every + w.weekdays[d.Weekday]
	}
	return strings.NewReplacer("{day}", day, "{at}", d.At.String()).Replace(w.digest)
}
