package main

import (
	"context"
	"fmt"
	"net/url"
	"text/tabwriter"
	"time"

	"relais/broker"
)

// deadCommands list and replay dead letters.
type deadCommands struct {
	List   deadListCommand   `cmd:"" default:"withargs" help:"List what a step gave up on, with the reason."`
	Replay deadReplayCommand `cmd:"" help:"Hand dead letters to their step again."`
}

type deadListCommand struct {
	Server
	deadChoice
}

// deadChoice chooses among dead letters.
type deadChoice struct {
	Stage   string        `enum:",route,plan,send" default:"" help:"Given up by this step: route, plan or send."`
	Channel string        `help:"Of this channel."`
	Reason  string        `help:"With this in the reason."`
	Message string        `help:"About the message of this id."`
	Older   time.Duration `help:"Given up longer ago, as 36h."`
	Newer   time.Duration `help:"Given up since so long ago, as 90m."`
}

// query is the choice as the API takes it.
func (c deadChoice) query() url.Values {
	q := make(url.Values)
	for name, value := range map[string]string{"stage": c.Stage, "channel": c.Channel, "reason": c.Reason, "message": c.Message} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, age := range map[string]time.Duration{"older": c.Older, "newer": c.Newer} {
		if age > 0 {
			q.Set(name, age.String())
		}
	}
	return q
}

// Run prints one line for each dead letter.
func (c *deadListCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	letters, err := deadLetters(ctx, c.client(cfg), c.query())
	if err != nil {
		return err
	}
	if len(letters) == 0 {
		_, err := fmt.Fprintln(p.Stdout, "No dead letters.")
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSTAGE\tSUBJECT\tAT\tTRIES\tREPLAYED\tREASON")
	for _, d := range letters {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", d.ID, d.Subject.Stage(), d.Subject, clock(d.At), d.Attempts, clock(d.Replayed), d.Reason)
	}
	return table.Flush()
}

func deadLetters(ctx context.Context, api *client, query url.Values) ([]broker.DeadLetter, error) {
	var answer struct {
		Dead []broker.DeadLetter `json:"dead"`
	}
	err := api.get(ctx, "/api/dead?"+query.Encode(), &answer)
	return answer.Dead, err
}

type deadReplayCommand struct {
	Server
	deadChoice
	ID  []string `arg:"" optional:"" help:"Dead letters to replay."`
	All bool     `help:"Every one that has not been replayed; the other choices narrow it."`
}

// Run replays and prints the id of each.
func (c *deadReplayCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	api := c.client(cfg)
	if len(c.ID) == 0 {
		return c.replayChosen(ctx, p, api)
	}
	for _, id := range c.ID {
		if err := api.post(ctx, "/api/dead/"+url.PathEscape(id)+"/replay", struct{}{}, nil); err != nil {
			return fmt.Errorf("replay %s: %w", id, err)
		}
		fmt.Fprintln(p.Stdout, id, "replayed")
	}
	return nil
}

// replayChosen replays what waits and the choices take, in one request.
func (c *deadReplayCommand) replayChosen(ctx context.Context, p *program, api *client) error {
	choice := make(map[string]any)
	for name, values := range c.query() {
		choice[name] = values[0]
	}
	if len(choice) == 0 && !c.All {
		return fmt.Errorf("name the dead letters to replay, choose them (--stage, --channel, --reason, --message, --older, --newer), or give --all")
	}
	choice["all"] = true
	var answer struct {
		Replayed []string `json:"replayed"`
	}
	if err := api.post(ctx, "/api/dead/replay", choice, &answer); err != nil {
		return err
	}
	for _, id := range answer.Replayed {
		fmt.Fprintln(p.Stdout, id, "replayed")
	}
	return nil
}
