package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of processor time in /proc (proc_pid_stat(5)): Linux
// has told programs 100 a second since 2.6, whatever the kernel counts with.
const clockTick = 10 * time.Millisecond

// processorTimeOf is what a process has used, user and system time together.
func processorTimeOf(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("read the processor time of process %d (needs Linux's /proc): %w", pid, err)
	}
	return parseStat(string(text))
}

func parseStat(text string) (time.Duration, error) {
	// The second field is the program's name in brackets, which may hold blanks.
	_, after, ok := strings.Cut(text[max(0, strings.LastIndex(text, ")")):], " ")
	fields := strings.Fields(after)
	if !ok || len(fields) < 13 {
		return 0, errors.New("/proc/PID/stat has an unknown form")
	}
	user, errUser := strconv.ParseInt(fields[11], 10, 64)
	system, errSystem := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick, errors.Join(errUser, errSystem)
}

// rest waits until node and stand-ins have nothing left to do, so that no round
// pays for the one before: after pushes the node makes keys ahead.
func (h *benchHouse) rest(ctx context.Context) error {
	const calm = 700 * time.Millisecond // longer than the node waits before it uses idle time
	before := time.Duration(-1)
	return h.waitUntil(ctx, "the node rests", func() (bool, error) {
		time.Sleep(calm)
		now, err := h.processorTimes(ctx, h.node.Process.Pid)
		used := now.own + now.standIns
		quiet := before >= 0 && used-before <= 2*clockTick
		before = used
		return quiet, err
	})
}

// memory is what a process takes of the machine's.
type memory struct {
	Bytes     int64 `json:"bytes"`     // the most that it has had since it began
	FileBytes int64 `json:"fileBytes"` // what it has now of files, nearly all of its program's own; the system takes these pages back when it needs room
}

func memoryOf(pid int) (memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return memory{}, fmt.Errorf("read the memory of process %d (needs Linux's /proc): %w", pid, err)
	}
	return parseMemory(string(text))
}

func parseMemory(text string) (m memory, err error) {
	var errPeak, errFile error
	m.Bytes, errPeak = parseKilobytes(text, "VmHWM:")
	m.FileBytes, errFile = parseKilobytes(text, "RssFile:")
	return m, errors.Join(errPeak, errFile)
}

// parseKilobytes reads a line of /proc/PID/status (proc_pid_status(5)), in bytes.
func parseKilobytes(text, name string) (int64, error) {
	for line := range strings.Lines(text) {
		if kilobytes, ok := strings.CutPrefix(line, name); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kilobytes), "kB")), 10, 64)
			return n * 1024, err
		}
	}
	return 0, errors.New("/proc/PID/status has no " + name)
}
