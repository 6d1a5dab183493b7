package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/channels/sms"
	"relais/channels/voice"
	"relais/store"
	"relais/subscribers"
	"relais/subscribers/roster"
)

// importCommands read partnerships, members and officers from files.
type importCommands struct {
	Partnerships importPartnershipsCommand `cmd:"" help:"Read partnerships and their plans (YAML)."`
	Members      importMembersCommand      `cmd:"" help:"Read a partnership's members (CSV, as exported from a spreadsheet)."`
	Officers     importOfficersCommand     `cmd:"" help:"Read a zone's officers, to whom Relais writes (CSV, as members)."`
}

type importPartnershipsCommand struct {
	File   string `arg:"" type:"existingfile" help:"YAML file."`
	DryRun bool   `help:"Only say what is wrong and what would change."`
}

// Run imports all of the file or nothing.
func (c *importPartnershipsCommand) Run(ctx context.Context, p *program, g *Globals) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	entries, err := roster.ReadPartnerships(f)
	if err != nil {
		return fmt.Errorf("%s:\n%w", c.File, err)
	}
	if c.DryRun {
		_, err := fmt.Fprintf(p.Stdout, "%d partnerships have no faults. Nothing was written.\n", len(entries))
		return err
	}
	return withStore(ctx, p, g, func(s *store.Store) error { return importPartnerships(ctx, p.Stdout, s, entries) })
}

func importPartnerships(ctx context.Context, out io.Writer, s *store.Store, entries []roster.Entry) error {
	for _, entry := range entries {
		changed, err := s.ImportPartnership(ctx, entry.Partnership, entry.Plan)
		if err != nil {
			return fmt.Errorf("import %s: %w", entry.Partnership.ID, err)
		}
		word := "unchanged"
		if changed {
			word = "written"
		}
		fmt.Fprintf(out, "%s: %s\n", entry.Partnership.ID, word)
	}
	return nil
}

// withStore opens the configured database for one command.
func withStore(ctx context.Context, p *program, g *Globals, do func(*store.Store) error) (err error) {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, cfg, newLog(cfg, p.Stderr))
	if err != nil {
		return err
	}
	defer func() {
		if closing := s.Close(); err == nil {
			err = closing
		}
	}()
	return do(s)
}

type importMembersCommand struct {
	File        string `arg:"" type:"existingfile" help:"CSV file; ; or , between columns, UTF-8 or Windows-1252."`
	Partnership string `required:"" help:"Partnership that they join."`
	DryRun      bool   `help:"Only list the faults and count the rows."`
	SkipBad     bool   `help:"Import the good rows although others have faults."`
}

// Run lists each bad row; unless --skip-bad, one bad row keeps all out.
func (c *importMembersCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return withStore(ctx, p, g, func(s *store.Store) error {
		partnership, err := s.Partnership(ctx, broker.PartnershipID(c.Partnership))
		if err != nil {
			return fmt.Errorf("partnership %s: %w; import it first", c.Partnership, err)
		}
		options, err := rosterOptions(p, g, partnership.Languages[0])
		if err != nil {
			return err
		}
		list, err := c.read(options)
		if err != nil {
			return fmt.Errorf("%s: %w", c.File, err)
		}
		for _, fault := range list.Faults {
			fmt.Fprintln(p.Stdout, fault)
		}
		for _, title := range list.Ignored {
			fmt.Fprintf(p.Stdout, "column %q is not known and was not read\n", title)
		}
		return c.store(ctx, p.Stdout, s, list)
	})
}

// rosterOptions is what a list does not say itself.
func rosterOptions(p *program, g *Globals, lang broker.Lang) (roster.Options, error) {
	cfg, err := g.load(p)
	if err != nil {
		return roster.Options{}, err
	}
	texts, calls := sms.Default(), voice.Default()
	if _, err = cfg.Channel(string(channels.SMS), &texts); err == nil {
		_, err = cfg.Channel(string(channels.Voice), &calls)
	}
	return roster.Options{DefaultLang: lang, Texted: texts.Countries, Called: calls.Countries}, err
}

func (c *importMembersCommand) read(options roster.Options) (roster.Roster, error) {
	f, err := os.Open(c.File)
	if err != nil {
		return roster.Roster{}, err
	}
	defer f.Close()
	return roster.ReadMembers(f, options)
}

func (c *importMembersCommand) store(ctx context.Context, out io.Writer, s *store.Store, list roster.Roster) error {
	if len(list.Faults) > 0 && !c.SkipBad {
		return fmt.Errorf("%d of %d rows have faults, nothing was imported; mend them, or give --skip-bad", len(list.Faults), len(list.Faults)+len(list.Rows))
	}
	if c.DryRun {
		_, err := fmt.Fprintf(out, "%d rows are good. Nothing was written.\n", len(list.Rows))
		return err
	}
	rows := make([]store.MemberRow, len(list.Rows))
	for i, r := range list.Rows {
		rows[i] = store.MemberRow{Member: r.Member, Role: r.Role}
	}
	consent := subscribers.Consent{At: time.Now(), How: "import of " + time.Now().Format(time.DateOnly)}
	result, err := s.ImportMembers(ctx, broker.PartnershipID(c.Partnership), rows, consent)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d added, %d updated, %d unchanged, %d rows skipped.\n", result.Added, result.Updated, result.Unchanged, len(list.Faults))
	return err
}
