package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// benchReport is what a run of the benchmark found, and where.
type benchReport struct {
	Commit     string        `json:"commit"` // of this program; "unknown" where it was built without
	Processor  string        `json:"processor"`
	Processors int           `json:"processors"`
	System     string        `json:"system"`
	Go         string        `json:"go"`
	Results    []benchResult `json:"results"`
}

// benchResult is what the rounds of one channel, or of several together, took.
type benchResult struct {
	Channel    string       `json:"channel"`
	Recipients int          `json:"recipients"`
	Engine     string       `json:"engine"`
	Pipeline   []benchRound `json:"pipeline"`
	Bare       []benchRound `json:"bare"`
	Idle       memory       `json:"idle"`  // of the node before its first message
	Peak       memory       `json:"peak"`  // and at the end
	Ratio      float64      `json:"ratio"` // of the medians: 1 is as fast as the bare client, 0.5 half
	WorstRatio float64      `json:"worstRatio"`
}

// benchRound is what one message to everybody took.
type benchRound struct {
	Wall       time.Duration `json:"wallNanoseconds"`
	PerSecond  float64       `json:"deliveriesPerSecond"`
	OwnCPU     float64       `json:"ownCPUMicrosecondsPerDelivery"` // of the node, or of the bare client
	RedisCPU   float64       `json:"redisCPUMicrosecondsPerDelivery"`
	SandboxCPU float64       `json:"sandboxCPUMicrosecondsPerDelivery"`
	Call       time.Duration `json:"callNanoseconds,omitempty"`  // from the approval until the first call was at the provider
	First      time.Duration `json:"firstNanoseconds,omitempty"` // and until the node had its answer to the first and the last
	Last       time.Duration `json:"lastNanoseconds,omitempty"`
}

func newBenchReport() benchReport {
	return benchReport{
		Commit: builtFrom(), Processor: processorName(), Processors: runtime.NumCPU(),
		System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
}

// builtFrom is the commit that this program was built from, with a "+" when
// the files differed from it.
func builtFrom() string {
	commit, modified := "unknown", ""
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return commit
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 7)]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+"
		}
	}
	return commit + modified
}

// processorName is the machine's own word for its processor.
func processorName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if key, name, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(name)
		}
	}
	return "unknown"
}

// compare fills in the ratios. Absolute figures drift on shared machines, so a
// round is compared with that of the bare client beside it.
func (r *benchResult) compare() {
	ratios := make([]float64, len(r.Pipeline))
	for i := range r.Pipeline {
		ratios[i] = r.Pipeline[i].PerSecond / r.Bare[i].PerSecond
	}
	r.Ratio = medianOf(r.Pipeline, benchRound.perSecond) / medianOf(r.Bare, benchRound.perSecond)
	r.WorstRatio = slices.Min(ratios)
}

func (r benchRound) perSecond() float64  { return r.PerSecond }
func (r benchRound) ownCPU() float64     { return r.OwnCPU }
func (r benchRound) redisCPU() float64   { return r.RedisCPU }
func (r benchRound) sandboxCPU() float64 { return r.SandboxCPU }
func (r benchRound) call() float64       { return milliseconds(r.Call) }
func (r benchRound) first() float64      { return milliseconds(r.First) }
func (r benchRound) last() float64       { return milliseconds(r.Last) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func valuesOf(rounds []benchRound, of func(benchRound) float64) []float64 {
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = of(r)
	}
	return values
}

func medianOf(rounds []benchRound, of func(benchRound) float64) float64 {
	return median(valuesOf(rounds, of))
}

// median is the middle one, the lower of two.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(values))[(len(values)-1)/2]
}

// writeHead prints where the lines that follow were measured, as benchstat
// takes it (golang.org/design/14313-benchmark-format).
func (b benchReport) writeHead(out io.Writer) error {
	_, err := fmt.Fprintf(out, "goos: %s\ngoarch: %s\npkg: relais/cmd/relais\ncpu: %s\ncommit: %s\nprocessors: %d\ngo: %s\n",
		runtime.GOOS, runtime.GOARCH, b.Processor, b.Commit, b.Processors, b.Go)
	return err
}

// write prints a line for each round, and what they come to on lines that
// benchstat passes over.
func (r benchResult) write(out io.Writer) error {
	var text strings.Builder
	for i := range r.Pipeline {
		r.line(&text, "Pipeline", r.Pipeline[i])
		r.line(&text, "Bare", r.Bare[i])
	}
	p := r.Pipeline
	call, first, last := valuesOf(p, benchRound.call), valuesOf(p, benchRound.first), valuesOf(p, benchRound.last)
	fmt.Fprintf(&text, "# %s, medians (worst): %.2f (%.2f) times the bare client's pace; %.0f deliveries/s, bare %.0f\n",
		r.Channel, r.Ratio, r.WorstRatio, medianOf(p, benchRound.perSecond), medianOf(r.Bare, benchRound.perSecond))
	fmt.Fprintf(&text, "#   first call at the provider after %.1f (%.1f) ms, first recipient answered for after %.0f (%.0f) ms, last after %.0f (%.0f) ms\n",
		median(call), slices.Max(call), median(first), slices.Max(first), median(last), slices.Max(last))
	fmt.Fprintf(&text, "#   processor time for each delivery: node %.0f µs, Redis %.0f µs, stand-ins %.0f µs; bare client %.0f µs\n",
		medianOf(p, benchRound.ownCPU), medianOf(p, benchRound.redisCPU), medianOf(p, benchRound.sandboxCPU), medianOf(r.Bare, benchRound.ownCPU))
	fmt.Fprintf(&text, "#   memory of the node: %.0f MB at its peak, %.0f MB before the first message; without the pages of its program's file, which the system can take back, %.0f and %.0f MB\n",
		megabytes(r.Peak.Bytes), megabytes(r.Idle.Bytes), megabytes(r.Peak.Bytes-r.Peak.FileBytes), megabytes(r.Idle.Bytes-r.Idle.FileBytes))
	_, err := io.WriteString(out, text.String())
	return err
}

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }

func (r benchResult) line(text *strings.Builder, who string, round benchRound) {
	fmt.Fprintf(text, "Benchmark%s/%s/%s/%d-%d 1 %d ns/op %.0f deliveries/s %.1f own-cpu-µs/delivery %.1f redis-cpu-µs/delivery %.1f sandbox-cpu-µs/delivery",
		who, r.Channel, r.Engine, r.Recipients, runtime.NumCPU(), round.Wall.Nanoseconds(), round.PerSecond, round.OwnCPU, round.RedisCPU, round.SandboxCPU)
	if round.Last > 0 {
		fmt.Fprintf(text, " %.1f ms-to-call %.0f ms-to-first %.0f ms-to-last", round.call(), round.first(), round.last())
	}
	text.WriteString("\n")
}
