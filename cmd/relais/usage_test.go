//go:build unix

package main

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// spent is what something took: time, and the processor time of the whole process.
type spent struct{ wall, cpu time.Duration }

func (s *spent) add(more spent) { s.wall, s.cpu = s.wall+more.wall, s.cpu+more.cpu }

// stopwatch measures from startClock to stop.
type stopwatch struct {
	began time.Time
	cpu   time.Duration
}

// startClock begins with a collected heap, so that nobody pays for the round before.
func startClock(tb testing.TB) stopwatch {
	tb.Helper()
	runtime.GC()
	return stopwatch{time.Now(), processorTime(usage(tb))}
}

func (s stopwatch) stop(tb testing.TB) spent {
	tb.Helper()
	return spent{time.Since(s.began), processorTime(usage(tb)) - s.cpu}
}

func usage(tb testing.TB) syscall.Rusage {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return u
}

// processorTime is user and system time together.
func processorTime(u syscall.Rusage) time.Duration {
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMemory is the most memory that this process has had since it began, in
// MB: run one benchmark alone to have its own.
func peakMemory(tb testing.TB) float64 {
	tb.Helper()
	unit := int64(1024) // getrusage(2) on Linux
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	return float64(int64(usage(tb).Maxrss)*unit) / 1e6
}
