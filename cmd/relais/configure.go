package main

import (
	"fmt"
)

// configCommands check and show the configuration.
type configCommands struct {
	Print configPrintCommand `cmd:"" help:"Show the effective configuration, secrets hidden."`
	Check configCheckCommand `cmd:"" help:"Name each fault with its key, line and remedy."`
}

type configPrintCommand struct{}

// Run prints the configuration even when it has faults, so that they can be found.
func (c *configPrintCommand) Run(p *program, g *Globals) error {
	cfg, err := g.read(p)
	if err != nil {
		return err
	}
	cfg.Check(channelChecks()) // reads the channels' parts, so that they are shown
	return cfg.Print(p.Stdout)
}

type configCheckCommand struct{}

// Run prints one line for each fault, and fails if there is any.
func (c *configCheckCommand) Run(p *program, g *Globals) error {
	cfg, err := g.read(p)
	if err != nil {
		return err
	}
	faults := cfg.Check(channelChecks())
	for _, fault := range faults {
		fmt.Fprintln(p.Stdout, fault)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%d faults", len(faults))
	}
	if cfg.Trial.Enabled {
		fmt.Fprintf(p.Stdout, "This is a trial: %d listed recipients really get messages, everybody else's go to the outbox.\n", len(cfg.Trial.Recipients))
	}
	_, err = fmt.Fprintln(p.Stdout, "The configuration has no faults.")
	return err
}
