package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/store"
	"relais/subscribers"
	"relais/subscribers/roster"
)

// officersCommands show officers and take them off duty.
type officersCommands struct {
	List  officersListCommand  `cmd:"" default:"withargs" help:"List them, with how they are reached."`
	Leave officersLeaveCommand `cmd:"" help:"Take an officer off duty: nothing more is written to them."`
}

type officersListCommand struct {
	Server
	Zone string `help:"Only this zone."`
}

// shownOfficer is one officer as the API lists them.
type shownOfficer struct {
	ID       string                  `json:"id"`
	Zone     broker.ZoneID           `json:"zone"`
	Name     string                  `json:"name"`
	Role     subscribers.OfficerRole `json:"role"`
	Lang     broker.Lang             `json:"lang"`
	Channels []channels.Name         `json:"channels"`
}

// Run prints one line for each.
func (c *officersListCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	var answer struct {
		Officers []shownOfficer `json:"officers"`
	}
	if err := c.client(cfg).get(ctx, "/api/officers?zone="+url.QueryEscape(c.Zone), &answer); err != nil {
		return err
	}
	if len(answer.Officers) == 0 {
		_, err := fmt.Fprintln(p.Stdout, "Nobody is on file: Relais can remind nobody. Read a list with relais import officers.")
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "OFFICER\tZONE\tNAME\tROLE\tLANGUAGE\tREACHED BY")
	for _, o := range answer.Officers {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", o.ID, o.Zone, o.Name, o.Role, o.Lang, joined(o.Channels))
	}
	return table.Flush()
}

func joined(names []channels.Name) string {
	if len(names) == 0 {
		return "nothing"
	}
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = string(n)
	}
	return strings.Join(words, ", ")
}

type officersLeaveCommand struct {
	Officer string `arg:"" help:"Id that relais officers lists."`
	Zone    string `required:"" help:"The zone that they leave."`
}

// Run takes one officer off duty.
func (c *officersLeaveCommand) Run(ctx context.Context, p *program, g *Globals) error {
	id, err := uuid.Parse(c.Officer)
	if err != nil {
		return fmt.Errorf("%q is not an officer's id: give one that relais officers lists", c.Officer)
	}
	return withStore(ctx, p, g, func(s *store.Store) error {
		zone, who, now := broker.ZoneID(c.Zone), subscribers.MemberID{UUID: id}, time.Now()
		account, err := s.Account(ctx, who)
		if err != nil {
			return err
		}
		if err := s.RetireOfficer(ctx, zone, who, now); err != nil {
			return err
		}
		for _, post := range account.Posts {
			if post.Zone == zone && post.Partnership == "" {
				if err := s.NotePost(ctx, subscribers.PostMove{Post: post, Who: who, Terminal: true, At: now}); err != nil {
					return err
				}
			}
		}
		_, err = fmt.Fprintf(p.Stdout, "%s is off duty in %s.\n", c.Officer, c.Zone)
		return err
	})
}

type importOfficersCommand struct {
	File    string `arg:"" type:"existingfile" help:"CSV file, as for members; the role is officer, mandated or admin."`
	Zone    string `required:"" help:"Zone whose police they are."`
	DryRun  bool   `help:"Only list the faults and count the rows."`
	SkipBad bool   `help:"Import the good rows although others have faults."`
}

// Run lists each bad row; unless --skip-bad, one bad row keeps all out.
func (c *importOfficersCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return withStore(ctx, p, g, func(s *store.Store) error {
		partnerships, err := s.Partnerships(ctx, broker.ZoneID(c.Zone))
		if err != nil {
			return err
		}
		if len(partnerships) == 0 {
			return fmt.Errorf("zone %s has no partnership here; check its id, or import its partnerships first", c.Zone)
		}
		options, err := rosterOptions(p, g, partnerships[0].Languages[0])
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
		return c.store(ctx, p, s, list)
	})
}

func (c *importOfficersCommand) read(options roster.Options) (roster.List[roster.OfficerRow], error) {
	f, err := os.Open(c.File)
	if err != nil {
		return roster.List[roster.OfficerRow]{}, err
	}
	defer f.Close()
	return roster.ReadOfficers(f, options)
}

func (c *importOfficersCommand) store(ctx context.Context, p *program, s *store.Store, list roster.List[roster.OfficerRow]) error {
	if len(list.Faults) > 0 && !c.SkipBad {
		return fmt.Errorf("%d of %d rows have faults, nothing was imported; mend them, or give --skip-bad", len(list.Faults), len(list.Faults)+len(list.Rows))
	}
	if c.DryRun {
		_, err := fmt.Fprintf(p.Stdout, "%d rows are good. Nothing was written.\n", len(list.Rows))
		return err
	}
	rows := make([]store.OfficerRow, len(list.Rows))
	for i, r := range list.Rows {
		rows[i] = store.OfficerRow{Member: r.Member, Role: r.Role}
	}
	now := time.Now()
	result, err := s.ImportOfficers(ctx, broker.ZoneID(c.Zone), rows, subscribers.Consent{At: now, How: "officer, import of " + now.Format(time.DateOnly)})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "%d added, %d updated, %d unchanged, %d rows skipped.\n", result.Added, result.Updated, result.Unchanged, len(list.Faults))
	return err
}
