package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"relais/config"
)

// serveCommand runs the service until it is told to stop.
type serveCommand struct{}

// Run starts a node and stops it when ctx ends.
func (c *serveCommand) Run(ctx context.Context, p *program, g *Globals) error {
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
