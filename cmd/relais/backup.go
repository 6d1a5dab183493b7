package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"relais/config"
	"relais/store"
)

// backupCommand copies the embedded database. NATS streams are transport: what
// they carry is found again in the rows.
type backupCommand struct {
	To string `arg:"" help:"New file for the backup; one that exists is not overwritten."`
}

// Run copies, checks the copy and prints its name.
func (c *backupCommand) Run(ctx context.Context, p *program, g *Globals) error {
	_, file, err := loadEmbedded(p, g)
	if err != nil {
		return err
	}
	if err := store.Backup(ctx, file, c.To, time.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "%s holds the database, checked. It holds people's addresses: keep it where only you can read it.\n", c.To)
	return err
}

// restoreCommand brings a backup back.
type restoreCommand struct {
	From string `arg:"" help:"File that relais backup wrote."`
}

// Run writes into the data folder, which must hold neither database nor streams.
func (c *restoreCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, file, err := loadEmbedded(p, g)
	if err != nil {
		return err
	}
	if err := makeDataDir(cfg.DataDir); err != nil {
		return err
	}
	// Streams of another time would carry jobs and messages that this copy does not know.
	streams := filepath.Join(cfg.DataDir, "nats")
	if _, err := os.Stat(streams); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s exists; restore into a new data_dir, or move the old one away", streams)
	}
	found, err := store.Restore(ctx, c.From, file, time.Now(), newLog(cfg, p.Stderr))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "Restored to %s, as it was at %s.\n%d deliveries and %d messages may have gone out since; providers are asked about them,\nand what nobody can tell is repeated only where it is immediate or a repeat shows once.\nMessages published since then are not in it: the police must publish them again.\n",
		file, clock(found.CopiedAt), found.Deliveries, found.Approvals)
	return err
}

// loadEmbedded reads the configuration, and which file holds its database.
func loadEmbedded(p *program, g *Globals) (*config.Config, string, error) {
	cfg, err := g.load(p)
	if err != nil {
		return nil, "", err
	}
	if !cfg.Database.URL.IsZero() {
		return nil, "", errors.New("database.url is set: back PostgreSQL up with pg_dump; this command is for the embedded database")
	}
	return cfg, filepath.Join(cfg.DataDir, "relais.db"), nil
}
