package subscribers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
)

// Explain says in plain words what the rule makes of a message: for which
// ones, who decides, what happens when nobody does, how it goes and when. An
// unknown language reads English.
func (r Rule) Explain(lang broker.Lang) string {
	w := explainWordsIn(lang)
	how := strings.TrimPrefix(w.channels(r.Channels)+", "+w.when(r), ", ")
	said := w.about(r) + w.approval(r.Approval) + ". " + capital(how) + "."
	if r.Feedback > 0 {
		said += " " + w.timed(w.feedback, r.Feedback) + "."
	}
	return said
}

// about names the kinds and urgencies that the rule covers.
func (w explainWords) about(r Rule) string {
	what := w.anyKind
	if len(r.Kinds) > 0 && len(r.Kinds) < len(broker.Kinds()) {
		what = join(w.words(r.Kinds), w.or)
	}
	head := w.forWhat + what
	if len(r.Urgencies) > 0 && len(r.Urgencies) < len(w.urgencies) {
		head += " (" + join(w.urgencyWords(r.Urgencies), w.or) + ")"
	}
	return head + w.colon
}

func (w explainWords) words(kinds []broker.Kind) []string {
	out := make([]string, len(kinds))
	for i, kind := range kinds {
		out[i] = cmp.Or(w.kinds[kind], string(kind)) // a faulty plan is explained too
	}
	return out
}

func (w explainWords) urgencyWords(urgencies []broker.Urgency) []string {
	out := make([]string, len(urgencies))
	for i, urgency := range urgencies {
		out[i] = cmp.Or(w.urgencies[urgency], string(urgency))
	}
	return out
}

func (w explainWords) approval(a ApprovalRule) string {
	if a.By == ByPolice {
		return w.police
	}
	said := w.coordinatorOrDeputy
	var more []string
	if a.DeputiesAfter > 0 {
		said, more = w.coordinator, append(more, w.timed(w.deputiesAfter, a.DeputiesAfter))
	}
	if a.CommitteeAfter > 0 {
		more = append(more, w.timed(w.committeeAfter, a.CommitteeAfter))
	}
	if len(more) > 0 {
		said += " (" + strings.Join(more, ", ") + ")"
	}
	if a.ReleaseAfter > 0 {
		said += w.timed(w.releaseAfter, a.ReleaseAfter)
	}
	then := w.elseLapses
	if a.By == ByCoordinatorThenPolice {
		then = w.elsePolice
	}
	return said + w.unanswered(a.Within) + then
}

func (w explainWords) unanswered(within time.Duration) string {
	if within == 0 {
		return w.noAnswer
	}
	return w.timed(w.noAnswerWithin, within)
}

// timed puts a duration into a sentence.
func (w explainWords) timed(sentence string, d time.Duration) string {
	return strings.ReplaceAll(sentence, "{time}", w.duration(d))
}

func (w explainWords) channels(c ChannelRule) string {
	names := c.First
	if len(names) == 0 {
		names = c.All
	}
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = cmp.Or(w.by[name], string(name))
	}
	if len(c.First) == 0 {
		return join(parts, w.and)
	}
	said := strings.Join(parts, w.otherwise)
	if c.FallbackAfter > 0 {
		said += w.timed(w.fallbackAfter, c.FallbackAfter)
	}
	return said
}

func (w explainWords) when(r Rule) string {
	switch {
	case r.When == WithDigest:
		return w.withDigest
	case r.IgnoreQuietHours:
		return w.now + w.quietToo
	}
	return w.now
}

// duration writes d in its two largest units, as "1 hour and 30 minutes".
func (w explainWords) duration(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		size time.Duration
		name [2]string
	}{{24 * time.Hour, w.day}, {time.Hour, w.hour}, {time.Minute, w.minute}, {time.Second, w.second}} {
		n := int(d / u.size)
		d -= time.Duration(n) * u.size
		if n > 0 {
			parts = append(parts, count(n, u.name))
		}
	}
	return join(parts[:min(2, len(parts))], w.and)
}

func count(n int, name [2]string) string {
	if n == 1 {
		return "1 " + name[0]
	}
	return strconv.Itoa(n) + " " + name[1]
}

// join lists words as "a, b or c".
func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + last + words[len(words)-1]
}

func capital(s string) string {
	first := []rune(s)[:1]
	return strings.ToUpper(string(first)) + s[len(string(first)):]
}

// explainWords are the pieces of Explain's sentences in one language.
type explainWords struct {
	forWhat, colon, anyKind   string
	or, and, otherwise        string
	kinds                     map[broker.Kind]string // with article, in the case that forWhat asks for
	urgencies                 map[broker.Urgency]string
	police                    string
	coordinator               string
	coordinatorOrDeputy       string
	deputiesAfter             string
	committeeAfter            string
	releaseAfter              string
	fallbackAfter             string
	feedback                  string
	noAnswer, noAnswerWithin  string
	elsePolice, elseLapses    string
	by                        map[channels.Name]string
	now, quietToo, withDigest string
	day, hour, minute, second [2]string // one, several
}

func explainWordsIn(lang broker.Lang) explainWords {
	if !slices.Contains(broker.Langs(), lang) {
		lang = broker.English
	}
	return map[broker.Lang]func() explainWords{
		broker.French:  explainFrench,
		broker.Dutch:   explainDutch,
		broker.German:  explainGerman,
		broker.English: explainEnglish,
	}[lang]()
}
