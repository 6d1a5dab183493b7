package main

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// quietSamples is half an hour of a node that holds what it held.
func quietSamples() []soakSample {
	dice := rand.New(rand.NewPCG(1, 2))
	samples := make([]soakSample, samplesOfASoak)
	for i := range samples {
		samples[i] = soakSample{
			at:         time.Duration(i) * 5 * time.Second,
			heap:       9e6 + 3e6*dice.Float64(),
			resident:   70e6 + 5e6*dice.Float64(),
			goroutines: float64(80 + dice.IntN(30)),
			files:      float64(40 + dice.IntN(8)),
			wal:        min(65e6, float64(i)*1e6),
		}
	}
	return samples
}

func TestJudgeOfTheSoak(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(i int, s *soakSample)
		want   []string // what is not flat
	}{
		"a steady node":                {func(int, *soakSample) {}, nil},
		"caches that fill":             {func(i int, s *soakSample) { s.resident += min(40e6, float64(i)*0.5e6) }, nil},
		"a peak now and then":          {func(i int, s *soakSample) { s.heap += float64(i%20/19) * 200e6 }, nil},
		"100 bytes for each delivery":  {func(i int, s *soakSample) { s.heap += 100 * 50 * s.at.Seconds() }, []string{"heap"}},
		"a goroutine every minute":     {func(i int, s *soakSample) { s.goroutines += s.at.Minutes() }, []string{"goroutines"}},
		"a file every minute":          {func(i int, s *soakSample) { s.files += s.at.Minutes() }, []string{"files"}},
		"memory beside the heap":       {func(i int, s *soakSample) { s.resident += 40e3 * s.at.Seconds() }, []string{"RSS"}},
		"a log that nobody folds in":   {func(i int, s *soakSample) { s.wal = float64(i) * 1e6 }, []string{"WAL"}},
		"everything that it got stays": {func(i int, s *soakSample) { s.heap += 1e6 * s.at.Seconds(); s.resident = s.heap + 50e6 }, []string{"heap", "RSS"}},
	} {
		t.Run(name, func(t *testing.T) {
			samples := quietSamples()
			for i := range samples {
				tc.change(i, &samples[i])
			}
			var got []string
			for _, v := range judgeSoak(samples) {
				if !v.flat() {
					got = append(got, v.figure)
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("not flat: %v, want %v", got, tc.want)
			}
		})
	}
}

// Another message is another text, and the same seed says the same.
func TestTextsOfTheSoak(t *testing.T) {
	texts := func(seed uint64) (all []string) {
		dice := rand.New(rand.NewPCG(seed, 0))
		for range 200 {
			all = append(all, soakMessage(dice).Texts["fr"].Body)
		}
		return all
	}
	first := texts(7)
	if !slices.Equal(first, texts(7)) || slices.Equal(first, texts(8)) {
		t.Error("the texts do not follow from the seed")
	}
	slices.Sort(first)
	if len(slices.Compact(first)) != 200 {
		t.Error("two messages say the same")
	}
}

// A short soak of the program as it is shipped, node and stand-ins as processes
// of their own: everybody gets everything once, and nothing that the node holds
// grows. `make soak` does it for half an hour (docs/reliability.md). The race
// detector's own memory grows, so the program is built without it.
func TestAShortSoakIsFlat(t *testing.T) {
	relais := filepath.Join(t.TempDir(), "relais")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", relais, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build relais: %v\n%s", err, out)
	}
	soak := exec.CommandContext(t.Context(), relais, "soak", "--for", "20s", "--rate", "50", "--members", "60", "--seed", "11")
	var stderr bytes.Buffer
	soak.Stderr = &stderr
	stdout, err := soak.Output()
	if err != nil || strings.Contains(stderr.String(), "level=") {
		t.Fatalf("%v\n%s\n%s", err, stdout, stderr.String())
	}
	if got := strings.Count(string(stdout), " flat: "); got != len(soakRules()) {
		t.Errorf("%d figures are flat, want %d\n%s", got, len(soakRules()), stdout)
	}
}
