package sandbox

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// typedFaults reads the page's form: percent, milliseconds and seconds, as
// people write them.
type typedFaults struct {
	form      url.Values
	sentences map[string]string
	fault     string // the first thing that is wrong, in the reader's language
}

// faults returns what the form says. "Behave again" says nothing else.
func (t *typedFaults) faults() (set Faults, fault string) {
	if t.form.Has("behave") {
		return Faults{}, ""
	}
	before, after := t.number("cutBefore")/100, t.number("cutAfter")/100
	set = Faults{
		Latency:            t.time("latency", time.Millisecond),
		ErrorRate:          t.number("errors") / 100,
		ThrottleRate:       t.number("throttled") / 100,
		RetryAfter:         t.time("retryAfter", time.Second),
		CutRate:            before + after,
		Refuse:             t.list("refuse"),
		Undelivered:        t.list("undelivered"),
		DuplicateCallbacks: t.number("twice") / 100,
		PermuteCallbacks:   t.form.Has("permuted"),
		LateCallbacks:      t.time("late", time.Second),
		Answers:            t.answers("whoAnswers"),
	}
	if set.CutRate > 0 {
		set.CutLost = before / set.CutRate
	}
	return set, t.fault
}

// number reads "12.5", or "12,5" as most of the page's readers write it.
func (t *typedFaults) number(name string) float64 {
	text := strings.TrimSpace(t.form.Get(name))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || !(n >= 0) || math.IsInf(n, 0) {
		t.wrong("notNumber", text)
		return 0
	}
	return n
}

// longest bounds what a form can ask for; a longer wait would look like a hang.
const longest = 24 * time.Hour

func (t *typedFaults) time(name string, unit time.Duration) time.Duration {
	n := t.number(name) * float64(unit)
	if n > float64(longest) {
		t.wrong("notNumber", t.form.Get(name))
		return 0
	}
	return time.Duration(n)
}

// list reads a recipient and a code on each line.
func (t *typedFaults) list(name string) map[string]int {
	var codes map[string]int
	for line := range strings.Lines(t.form.Get(name)) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		code, err := strconv.Atoi(words[len(words)-1])
		if err != nil || code <= 0 || len(words) < 2 {
			t.wrong("notLine", strings.TrimSpace(line))
			continue
		}
		if codes == nil {
			codes = make(map[string]int)
		}
		// Without blanks, for numbers are shown as +32 470 12 34 56.
		codes[strings.Join(words[:len(words)-1], "")] = code
	}
	return codes
}

// answers reads a number, or * for all others, and who answers on each line.
func (t *typedFaults) answers(name string) map[string]string {
	var who map[string]string
	for line := range strings.Lines(t.form.Get(name)) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if last := words[len(words)-1]; len(words) < 2 || !slices.Contains(answersKnown(), last) {
			t.wrong("notLine", strings.TrimSpace(line))
			continue
		}
		if who == nil {
			who = make(map[string]string)
		}
		who[strings.Join(words[:len(words)-1], "")] = words[len(words)-1]
	}
	return who
}

func (t *typedFaults) wrong(key, text string) {
	if t.fault == "" {
		t.fault = strings.ReplaceAll(t.sentences[key], "{text}", text)
	}
}
