//go:build linux

package faultdrill

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is one program that may be killed and started again as it was.
type process struct {
	t    *testing.T
	name string
	args []string
	env  []string
	user *syscall.Credential // nil: ours
	dir  string
	log  string // its output is added here

	kept bool // a supervisor starts it again when it ends by itself

	mu     sync.Mutex
	cmd    *exec.Cmd
	done   chan struct{} // closed when it has ended
	fate   error         // once done is closed
	asked  bool          // to end
	broken []string      // how it ended by itself, other than with a word of its own
}

func (p *process) start() {
	p.t.Helper()
	if err := p.launch(nil); err != nil {
		p.t.Fatalf("start %s: %v", p.name, err)
	}
}

// launch starts it; after the end of a run, only if nobody else did or ended it
// for good meanwhile.
func (p *process) launch(after chan struct{}) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if after != nil && (p.asked || p.done != after) {
		return nil
	}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cmd := exec.Command(p.args[0], p.args[1:]...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = p.env, p.dir, out, out
	// Nothing is left behind when the test itself is killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: p.user}
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	p.cmd, p.done, p.asked = cmd, done, false
	go p.wait(cmd, done, out)
	return nil
}

// wait notes how a run ended, and supervises.
func (p *process) wait(cmd *exec.Cmd, done chan struct{}, out *os.File) {
	fate := cmd.Wait()
	_ = out.Close()
	p.mu.Lock()
	p.fate = fate
	again := p.kept && !p.asked
	if again && cmd.ProcessState.ExitCode() != 1 { // 1: main says why it gives up, as when it starts while a server is away
		p.broken = append(p.broken, fmt.Sprintf("%v:\n%s", fate, p.tail()))
	}
	p.mu.Unlock()
	close(done)
	if again {
		fmt.Printf("%s ended by itself and is started again: %s\n", p.name, p.lastLine())
		time.Sleep(300 * time.Millisecond)
		if err := p.launch(done); err != nil {
			p.t.Errorf("start %s again: %v", p.name, err)
		}
	}
}

func (p *process) lastLine() string {
	lines := strings.Split(strings.TrimSpace(p.tail()), "\n")
	return lines[len(lines)-1]
}

// signal sends a signal and does not care whether anybody is there to hear it.
func (p *process) signal(s syscall.Signal) { _ = syscall.Kill(p.pid(), s) }

func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// kill ends it without a word, and returns when it is gone.
func (p *process) kill() {
	p.ask()
	p.signal(syscall.SIGKILL)
	<-p.ended()
}

func (p *process) ask() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = true
}

func (p *process) ended() chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.done
}

// leave asks it to end, and returns how it did and how long it took.
func (p *process) leave() (time.Duration, error) {
	began := time.Now()
	p.ask()
	p.signal(syscall.SIGTERM)
	select {
	case <-p.ended():
	case <-time.After(time.Minute):
		p.kill()
		return time.Since(began), fmt.Errorf("%s did not leave within a minute", p.name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(began), p.fate
}

// family is the process and its children: PostgreSQL's each have a group of their own.
func (p *process) family() []int {
	pids := []int{p.pid()}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is good
	for _, stat := range stats {
		data, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended meanwhile
		}
		_, rest, _ := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest)
		if len(fields) > 1 && fields[1] == strconv.Itoa(pids[0]) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// freeze stops it and its children as SIGSTOP does, for a while.
func (p *process) freeze(span time.Duration) {
	frozen := p.family()
	for _, pid := range frozen {
		_ = syscall.Kill(pid, syscall.SIGSTOP)
	}
	time.Sleep(span)
	for _, pid := range frozen {
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
}

// tail is the end of its output, for a failing test.
func (p *process) tail() string {
	data, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-3000):])
}

// answers waits until a port takes connections.
func (p *process) answers(address string) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-p.ended():
			if p.kept {
				continue
			}
			p.t.Fatalf("%s has ended:\n%s", p.name, p.tail())
		default:
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s does not answer on %s:\n%s", p.name, address, p.tail())
		}
	}
}

// freePort is one below those that the system hands out to whoever connects,
// so that nobody takes it before the program that it is for.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000)))
		if err != nil {
			continue
		}
		defer l.Close()
		return l.Addr().String()
	}
	t.Fatal("no port of a hundred is free")
	return ""
}
