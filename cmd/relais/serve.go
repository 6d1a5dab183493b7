package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/pprof"

	"relais/config"
)

// serveCommand runs the service until it is told to stop.
type serveCommand struct {
	CPUProfile string `name:"cpu-profile" hidden:"" placeholder:"FILE" help:"Write where the processor's time goes, for go tool pprof."`
}

// Run starts a node and stops it when ctx ends.
func (c *serveCommand) Run(ctx context.Context, p *program, g *Globals) (err error) {
	if c.CPUProfile != "" {
		end, err := profileTo(c.CPUProfile)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, end()) }()
	}
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	log := newLog(cfg, p.Stderr)
	n, err := startNode(ctx, cfg, "", log)
	if err != nil {
		return err
	}
	<-ctx.Done()
	log.Info("relais stops: work in hand is finished or handed back")
	return n.stop(context.WithoutCancel(ctx))
}

// profileTo writes a CPU profile until end is called.
func profileTo(path string) (end func() error, err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("write a profile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("profile: %w", err), file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}

func newLog(cfg *config.Config, out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.Log.Level}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// makeDataDir makes the folder of the embedded database and streams, for
// nobody but this user: it holds people's addresses.
func makeDataDir(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("data_dir: %w; choose a folder that this user may write", err)
	}
	return nil
}
