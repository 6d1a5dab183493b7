package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"text/tabwriter"

	"relais/channels"
	"relais/channels/push"
	"relais/config"
	"relais/store"
)

// vapidCommands care for the key by which push services know us (RFC 8292).
type vapidCommands struct {
	Show     vapidShowCommand     `cmd:"" default:"1" help:"Show the public key, and how many browsers subscribed with which key."`
	Generate vapidGenerateCommand `cmd:"" help:"Make a key for a new installation, and print the lines of the configuration."`
	Rotate   vapidRotateCommand   `cmd:"" help:"Make a new key beside the one in use, and print the lines of the configuration."`
}

type vapidGenerateCommand struct{}

// Run prints a key; it writes nothing.
func (c *vapidGenerateCommand) Run(p *program) error {
	key, err := push.GenerateVAPIDKey()
	if err != nil {
		return err
	}
	return printVAPID(p.Stdout, key, "")
}

type vapidRotateCommand struct{}

// Run prints the new key and the one in use; it writes nothing, for every node
// has to get both lines at the same time.
func (c *vapidRotateCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, inUse, err := vapidInUse(ctx, p, g)
	if err != nil {
		return err
	}
	key, err := push.GenerateVAPIDKey()
	if err != nil {
		return err
	}
	if !cfg.VAPIDPreviousKey.IsZero() {
		fmt.Fprintln(p.Stderr, "relais: vapid_previous_key is replaced: browsers that subscribed with that one stop getting messages.",
			"relais vapid show says how many they are; wait until few are left.")
	}
	return printVAPID(p.Stdout, key, inUse.Reveal())
}

// printVAPID writes the part of the configuration, secrets and all: this is
// the one place where they have to be read.
func printVAPID(out io.Writer, key, previous string) error {
	public, _, err := push.PublicKey(channels.NewSecret(key))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "# Browsers subscribe with the public key %s\nchannels:\n  push:\n    vapid_private_key: %s\n", public, key)
	if previous == "" {
		return nil
	}
	_, err = fmt.Fprintf(out, "    # signs for browsers that have not come back since; take it out when relais vapid show counts none\n    vapid_previous_key: %s\n", previous)
	return err
}

type vapidShowCommand struct{}

// Run prints what may be known: public keys, and counts.
func (c *vapidShowCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, inUse, err := vapidInUse(ctx, p, g)
	if err != nil {
		return err
	}
	counts, err := countSubscriptions(ctx, p, g)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tBROWSERS\tPUBLIC KEY")
	for _, k := range []struct {
		name string
		key  channels.Secret
	}{{"current", inUse}, {"previous", cfg.VAPIDPreviousKey}} {
		if k.key.IsZero() {
			continue
		}
		public, id, err := push.PublicKey(k.key)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%d\t%s\n", k.name, counts[id], public)
		delete(counts, id)
	}
	if n := counts[""]; n > 0 {
		fmt.Fprintf(table, "not known\t%d\tfrom an imported list; both keys are tried\n", n)
	}
	delete(counts, "")
	if lost := sum(counts); lost > 0 {
		fmt.Fprintf(table, "lost\t%d\ttheir key is not configured, so nothing reaches them\n", lost)
	}
	return table.Flush()
}

func sum[K comparable](counts map[K]int) (n int) {
	for count := range maps.Values(counts) {
		n += count
	}
	return n
}

// vapidInUse reads the channel's configuration and the key that is in use:
// the configured one, else the one that the first start made and kept.
func vapidInUse(ctx context.Context, p *program, g *Globals) (cfg push.Config, key channels.Secret, err error) {
	all, err := g.load(p)
	if err != nil {
		return cfg, key, err
	}
	cfg = push.Default()
	present, err := all.Channel(string(channels.Push), &cfg)
	switch {
	case err != nil:
		return cfg, key, err
	case !present:
		return cfg, key, errors.New("channels.push is not configured; relais vapid generate prints its key")
	case !cfg.VAPIDPrivateKey.IsZero():
		return cfg, cfg.VAPIDPrivateKey, nil
	}
	s, err := openQuietly(ctx, all, p)
	if err != nil {
		return cfg, key, err
	}
	key, err = keptVAPIDKey(ctx, s)
	return cfg, key, errors.Join(err, s.Close())
}

func countSubscriptions(ctx context.Context, p *program, g *Globals) (map[push.KeyID]int, error) {
	all, err := g.load(p)
	if err != nil {
		return nil, err
	}
	s, err := openQuietly(ctx, all, p)
	if err != nil {
		return nil, err
	}
	counts := make(map[push.KeyID]int)
	err = s.Addresses(ctx, channels.Push, func(a channels.Address) { counts[push.KeyOf(a)]++ })
	return counts, errors.Join(err, s.Close())
}

// openQuietly opens the database for a command whose output is its answer.
func openQuietly(ctx context.Context, cfg *config.Config, p *program) (*store.Store, error) {
	return openStore(ctx, cfg, slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
}
