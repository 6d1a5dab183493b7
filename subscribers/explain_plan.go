package subscribers

import (
	"strconv"
	"strings"

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

// ExplainPerDay says in a sentence how many messages a member gets in one day;
// empty for no cap. An unknown language reads English.
func (p Plan) ExplainPerDay(lang broker.Lang) string {
	if p.PerDay == 0 {
		return ""
	}
	return strings.ReplaceAll(planWordsIn(lang).perDay, "{n}", strconv.Itoa(p.PerDay))
}

// ExplainPlainAccents says in a sentence that accents may go where they cost;
// empty where they may not. An unknown language reads English.
func (p Plan) ExplainPlainAccents(lang broker.Lang) string {
	if !p.PlainAccents {
		return ""
	}
	return planWordsIn(lang).plainAccents
}

// Explain says in a sentence what a month may cost; empty for no budget (nil).
// An unknown language reads English.
func (b *Budget) Explain(lang broker.Lang) string {
	if b == nil {
		return ""
	}
	return strings.ReplaceAll(planWordsIn(lang).budget, "{euro}", strconv.FormatFloat(b.Month, 'f', -1, 64))
}
