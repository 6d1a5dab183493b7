package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// child is this program again, as another process with another command.
type child struct {
	*exec.Cmd

	name  string
	said  *lastLines
	ended chan struct{} // closed when the process has ended
	err   error         // how, once ended is closed
}

// startChild starts one. It ends by the house's step, after what needs it, and
// not with ctx.
func (h *benchHouse) startChild(ctx context.Context, stderr io.Writer, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	c := &child{Cmd: exec.CommandContext(context.WithoutCancel(ctx), self, args...), name: args[0], said: &lastLines{}, ended: make(chan struct{})}
	c.Env, c.Stderr = h.environ, io.MultiWriter(&levelFilter{to: stderr}, c.said)
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name, err)
	}
	go func() {
		c.err = c.Wait()
		close(c.ended)
	}()
	h.started(c.name, func(context.Context) error {
		// A Ctrl-C at the terminal told the children too.
		if err := c.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		<-c.ended
		return c.err
	})
	h.children = append(h.children, c)
	return c, nil
}

// over says that the process has ended before it was told to, and what it said
// at last; nil: it runs.
func (c *child) over() error {
	select {
	case <-c.ended:
		return fmt.Errorf("%s has ended by itself (%v); the last that it said:\n%s", c.name, c.ProcessState, c.said)
	default:
		return nil
	}
}

// keptLines is how many of the last lines of a child are kept.
const keptLines = 10

// lastLines keeps the last lines that were written. It may be used by many goroutines.
type lastLines struct {
	mu    sync.Mutex
	lines []string // the last one perhaps without its end
}

// Write implements io.Writer.
func (l *lastLines) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	open := ""
	if n := len(l.lines); n > 0 && !strings.HasSuffix(l.lines[n-1], "\n") {
		open, l.lines = l.lines[n-1], l.lines[:n-1]
	}
	l.lines = slices.AppendSeq(l.lines, strings.Lines(open+string(text)))
	if more := len(l.lines) - keptLines; more > 0 {
		l.lines = slices.Delete(l.lines, 0, more)
	}
	return len(text), nil
}

func (l *lastLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == 0 {
		return "(nothing)"
	}
	return strings.TrimSpace(strings.Join(l.lines, ""))
}

// waitUntil asks again and again until it is so, or until a child that it waits
// for has ended.
func (h *benchHouse) waitUntil(ctx context.Context, what string, so func() (bool, error)) error {
	return waitUntil(ctx, what, func() (bool, error) {
		for _, c := range h.children {
			if err := c.over(); err != nil {
				return false, err
			}
		}
		return so()
	})
}
