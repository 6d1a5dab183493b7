// Command relais carries prevention messages from the police, through the
// coordinator of each local prevention partnership, to its members.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() { os.Exit(untilSignal(os.Args[1:])) }

// untilSignal runs one command, which ends at the latest when it is told to.
func untilSignal(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ()}
	return p.Main(ctx, args)
}

// program is one run of the command, with its outside world as arguments, so
// that a test runs it in process.
type program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        []string
}

// Exit codes: what scripts can tell apart.
const (
	exitOK     = 0
	exitFailed = 1 // it did not work; the last line on stderr says why
	exitUsage  = 2 // the words of the call are wrong
)

// Main runs one command and returns the exit code.
func (p program) Main(ctx context.Context, args []string) int {
	var commands commands
	parser, err := kong.New(&commands,
		kong.Name("relais"),
		kong.Description("Prevention messages from the police, through the coordinator, to the members."),
		kong.Writers(p.Stdout, p.Stderr),
		kong.UsageOnError(),
		kong.Exit(func(code int) { panic(exitCode(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&p, &commands.Globals),
	)
	if err != nil {
		fmt.Fprintln(p.Stderr, "relais:", err)
		return exitFailed
	}
	return p.run(parser, args)
}

// exitCode carries kong's wish to exit (after --help) out of its depths.
type exitCode int

func (p program) run(parser *kong.Kong, args []string) (code int) {
	defer func() {
		switch wanted := recover().(type) {
		case nil:
		case exitCode:
			code = int(wanted)
		default:
			panic(wanted)
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	call, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(p.Stderr, "relais: %v; see relais --help\n", err)
		return exitUsage
	}
	if err := call.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(p.Stderr, "relais:", err)
		return exitFailed
	}
	return exitOK
}
