package main

import (
	"testing"
	"time"
)

func TestTheBenchmarkReadsProcessorTimeBehindANameWithBlanks(t *testing.T) {
	got, err := parseStat("42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 150 25 0 0 20 0 9 0 100 1 1")
	if want := 1750 * time.Millisecond; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if _, err := parseStat("42 (relais"); err == nil {
		t.Error("a line that is cut off was read")
	}
}

func TestTheBenchmarkReadsPeakMemory(t *testing.T) {
	got, err := parsePeak("Name:\trelais\nVmHWM:\t    2048 kB\nVmRSS:\t 1000 kB\n")
	if err != nil || got != 2<<20 {
		t.Errorf("got %d, %v; want %d", got, err, 2<<20)
	}
	if _, err := parsePeak("Name:\trelais\n"); err == nil {
		t.Error("memory was read where there is none")
	}
}

func TestTheMedianIsOneOfTheRounds(t *testing.T) {
	if got := median([]float64{9, 1, 4}); got != 4 {
		t.Errorf("got %v, want 4", got)
	}
	if got := median([]float64{9, 1}); got != 1 {
		t.Errorf("of two: got %v, want the lower", got)
	}
}
