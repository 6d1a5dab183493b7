package main

import (
	"context"
	"fmt"
	"net/url"
	"text/tabwriter"

	"relais/broker"
)

// deadCommands list and replay dead letters.
type deadCommands struct {
	List   deadListCommand   `cmd:"" default:"withargs" help:"List what a step gave up on, with the reason."`
	Replay deadReplayCommand `cmd:"" help:"Hand dead letters to their step again."`
}

type deadListCommand struct {
	Server
}

// Run prints one line for each dead letter.
func (c *deadListCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	letters, err := deadLetters(ctx, c.client(cfg))
	if err != nil {
		return err
	}
	if len(letters) == 0 {
		_, err := fmt.Fprintln(p.Stdout, "No dead letters.")
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSUBJECT\tAT\tREPLAYED\tREASON")
	for _, d := range letters {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", d.ID, d.Subject, clock(d.At), clock(d.Replayed), d.Reason)
	}
	return table.Flush()
}

func deadLetters(ctx context.Context, api *client) ([]broker.DeadLetter, error) {
	var answer struct {
		Dead []broker.DeadLetter `json:"dead"`
	}
	err := api.get(ctx, "/api/dead", &answer)
	return answer.Dead, err
}

type deadReplayCommand struct {
	Server
	ID  []string `arg:"" optional:"" help:"Dead letters to replay."`
	All bool     `help:"Every one that has not been replayed."`
}

// Run replays and prints the id of each.
func (c *deadReplayCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	api := c.client(cfg)
	ids, err := c.chosen(ctx, api)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := api.post(ctx, "/api/dead/"+url.PathEscape(id)+"/replay", struct{}{}, nil); err != nil {
			return fmt.Errorf("replay %s: %w", id, err)
		}
		fmt.Fprintln(p.Stdout, id, "replayed")
	}
	return nil
}

func (c *deadReplayCommand) chosen(ctx context.Context, api *client) ([]string, error) {
	if !c.All {
		if len(c.ID) == 0 {
			return nil, fmt.Errorf("name the dead letters to replay, or give --all")
		}
		return c.ID, nil
	}
	letters, err := deadLetters(ctx, api)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, d := range letters {
		if d.Replayed.IsZero() {
			ids = append(ids, d.ID.String())
		}
	}
	return ids, nil
}
