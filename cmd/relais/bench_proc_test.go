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

func TestTheBenchmarkReadsMemory(t *testing.T) {
	got, err := parseMemory("Name:\trelais\nVmHWM:\t    2048 kB\nVmRSS:\t 1500 kB\nRssFile:\t 1024 kB\n")
	if want := (memory{Bytes: 2 << 20, FileBytes: 1 << 20}); err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if _, err := parseMemory("Name:\trelais\n"); err == nil {
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
