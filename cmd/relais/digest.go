package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"
	"time"
)

// digestCommands show infoflashes before they leave, and change them.
type digestCommands struct {
	List    digestListCommand    `cmd:"" default:"withargs" help:"List the next infoflash of each partnership."`
	Show    digestShowCommand    `cmd:"" help:"Show what one holds, and for how many."`
	Hold    digestHoldCommand    `cmd:"" help:"Hold one: what waits, waits for the next."`
	Release digestReleaseCommand `cmd:"" help:"Let a held one go after all, before its time has come."`
	Note    digestNoteCommand    `cmd:"" help:"Put a short neutral word at its head, marked as the coordinator's."`
}

// comingDigest is one infoflash as the API shows it.
type comingDigest struct {
	Partnership string    `json:"partnership"`
	Date        string    `json:"date"`
	Leaves      time.Time `json:"leaves"`
	Held        bool      `json:"held"`
	HeldBy      string    `json:"heldBy"`
	Note        string    `json:"note"`
	NoteBy      string    `json:"noteBy"`
	Closed      time.Time `json:"closed"`
	People      int       `json:"people"`
	Items       []struct {
		Message string `json:"message"`
		Kind    string `json:"kind"`
		Title   string `json:"title"`
		People  int    `json:"people"`
	} `json:"items"`
}

func (d comingDigest) state() string {
	switch {
	case !d.Closed.IsZero():
		return "left"
	case d.Held:
		return "held by " + d.HeldBy
	}
	return "open"
}

type digestListCommand struct {
	Server
	Zone string `help:"Only this zone."`
}

// Run prints one line for each.
func (c *digestListCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	var answer struct {
		Digests []comingDigest `json:"digests"`
	}
	if err := c.client(cfg).get(ctx, "/api/digests?"+url.Values{"zone": {c.Zone}}.Encode(), &answer); err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PARTNERSHIP\tDAY\tLEAVES\tMESSAGES\tPEOPLE\tSTATE")
	for _, d := range answer.Digests {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%s\n", d.Partnership, d.Date, clock(d.Leaves), len(d.Items), d.People, d.state())
	}
	return table.Flush()
}

// whichDigest names one infoflash.
type whichDigest struct {
	Server
	Partnership string `arg:"" help:"The partnership's id."`
	Day         string `arg:"" optional:"" help:"Its day, as 2026-11-23; else the next one's."`
}

// path is the API's address for it.
func (w whichDigest) path(ctx context.Context, api *client) (string, error) {
	day := w.Day
	if day == "" {
		var answer struct {
			Digests []comingDigest `json:"digests"`
		}
		if err := api.get(ctx, "/api/digests", &answer); err != nil {
			return "", err
		}
		for _, d := range answer.Digests {
			if d.Partnership == w.Partnership {
				day = d.Date
			}
		}
	}
	if day == "" {
		return "", fmt.Errorf("partnership %q has no infoflash to come; relais digest list names those that have", w.Partnership)
	}
	return "/api/digests/" + url.PathEscape(w.Partnership) + "/" + url.PathEscape(day), nil
}

// change posts one change, and shows the infoflash as it now is.
func (w whichDigest) change(ctx context.Context, p *program, g *Globals, verb string, said map[string]string) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	if said["by"] == "" {
		if said["by"], err = ownName(); err != nil {
			return err
		}
	}
	api := w.client(cfg)
	path, err := w.path(ctx, api)
	if err != nil {
		return err
	}
	var now comingDigest
	if err := api.post(ctx, path+"/"+verb, said, &now); err != nil {
		return err
	}
	return now.print(p.Stdout)
}

func (d comingDigest) print(out io.Writer) error {
	fmt.Fprintf(out, "Infoflash of %s, %s: leaves %s; %s, %s; %s.\n", d.Partnership, d.Date, clock(d.Leaves),
		several(len(d.Items), "message"), several(d.People, "member"), d.state())
	if d.Note != "" {
		fmt.Fprintf(out, "Note by %s: %s\n", d.NoteBy, d.Note)
	}
	for _, item := range d.Items {
		fmt.Fprintf(out, "  %-12s %4d  %s\n", item.Kind, item.People, item.Title)
	}
	return nil
}

type digestShowCommand struct{ whichDigest }

// Run shows one.
func (c *digestShowCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	api := c.client(cfg)
	path, err := c.path(ctx, api)
	if err != nil {
		return err
	}
	var d comingDigest
	if err := api.get(ctx, path, &d); err != nil {
		return err
	}
	return d.print(p.Stdout)
}

type digestHoldCommand struct {
	whichDigest
	By string `help:"Your name; else your name on this machine."`
}

// Run holds one.
func (c *digestHoldCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return c.change(ctx, p, g, "hold", map[string]string{"by": c.By})
}

type digestReleaseCommand struct {
	whichDigest
	By string `help:"Your name; else your name on this machine."`
}

// Run lets one go.
func (c *digestReleaseCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return c.change(ctx, p, g, "release", map[string]string{"by": c.By})
}

type digestNoteCommand struct {
	whichDigest
	By   string `help:"Your name; else your name on this machine."`
	Text string `help:"At most 300 characters; left out, the note is taken away."`
}

// Run writes the note.
func (c *digestNoteCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return c.change(ctx, p, g, "note", map[string]string{"by": c.By, "note": c.Text})
}
