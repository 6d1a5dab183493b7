package main

import (
	"fmt"
	"slices"
	"time"
)

// soakRule says when a figure counts as flat: over the judged part it may drift
// by allowed at most, or by a tenth of its median where that is more; and it may
// never be above ceiling, if there is one.
type soakRule struct {
	figure  string
	of      func(soakSample) float64
	allowed float64
	warm    float64 // the part of the samples that is left out at the beginning
	ceiling float64 // 0: none
	unit    string
	scale   float64
}

// soakRules: what a node holds of each must not depend on how much it has sent.
// The write-ahead log grows to 64 MB before it is folded in (store/sqlite.go), and
// keeps its size; so it has a ceiling, and no slope. SQLite's caches, which are
// outside Go's heap, fill for the first twenty minutes at 50 deliveries a second.
func soakRules() []soakRule {
	return []soakRule{
		{figure: "heap", of: func(s soakSample) float64 { return s.heap }, allowed: 4e6, warm: 1. / 3, unit: "MB", scale: 1e6},
		{figure: "RSS", of: func(s soakSample) float64 { return s.resident }, allowed: 16e6, warm: 2. / 3, unit: "MB", scale: 1e6},
		{figure: "goroutines", of: func(s soakSample) float64 { return s.goroutines }, allowed: 10, warm: 1. / 3, scale: 1},
		{figure: "files", of: func(s soakSample) float64 { return s.files }, allowed: 10, warm: 1. / 3, scale: 1},
		{figure: "WAL", of: func(s soakSample) float64 { return s.wal }, ceiling: 96e6, unit: "MB", scale: 1e6},
	}
}

// soakVerdict is what became of one figure.
type soakVerdict struct {
	soakRule
	median, drift, limit, most float64
	over                       time.Duration // the judged part
}

func (v soakVerdict) flat() bool {
	if v.ceiling > 0 {
		return v.most <= v.ceiling
	}
	return v.drift <= v.limit
}

// String is one line for a person.
func (v soakVerdict) String() string {
	word := "flat"
	if !v.flat() {
		word = "NOT FLAT"
	}
	if v.ceiling > 0 {
		return fmt.Sprintf("%-10s %s: at most %.1f %s, allowed %.1f", v.figure, word, v.most/v.scale, v.unit, v.ceiling/v.scale)
	}
	return fmt.Sprintf("%-10s %s: median %.1f %s, drift %+.2f over %s, allowed %.2f", v.figure, word,
		v.median/v.scale, v.unit, v.drift/v.scale, v.over.Round(time.Second), v.limit/v.scale)
}

// judgeSoak leaves out the beginning, in which caches fill, and judges the slope
// of the rest: Theil and Sen's, the median of the slopes between any two
// samples, which single outliers and the sawtooth of collections do not move.
func judgeSoak(samples []soakSample) []soakVerdict {
	var verdicts []soakVerdict
	for _, rule := range soakRules() {
		judged := samples[int(rule.warm*float64(len(samples))):]
		v := soakVerdict{soakRule: rule}
		values := make([]float64, len(judged))
		for i, s := range judged {
			values[i] = rule.of(s)
			v.most = max(v.most, values[i])
		}
		v.median = median(values)
		v.limit = max(rule.allowed, v.median/10)
		if len(judged) > 1 {
			v.over = judged[len(judged)-1].at - judged[0].at
			v.drift = theilSen(judged, rule.of) * v.over.Seconds()
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// theilSen is the robust slope of a figure, a second.
func theilSen(samples []soakSample, of func(soakSample) float64) float64 {
	var slopes []float64
	for i, a := range samples {
		for _, b := range samples[i+1:] {
			if b.at > a.at {
				slopes = append(slopes, (of(b)-of(a))/(b.at-a.at).Seconds())
			}
		}
	}
	slices.Sort(slopes)
	return median(slopes)
}
