package main

import (
	"context"
	"fmt"
	"net/url"
	"text/tabwriter"
	"time"
)

// casesCommands show what the police still owe, and close what cannot be said.
type casesCommands struct {
	List  casesListCommand  `cmd:"" default:"withargs" help:"List the alerts of which word is still owed."`
	Close casesCloseCommand `cmd:"" help:"Close a case because the inquiry allows no word; the coordinators are told."`
}

type casesListCommand struct {
	Server
	Zone    string `help:"Only this zone."`
	Overdue bool   `help:"Only those whose time has come."`
}

// openCase is one case as the API lists it.
type openCase struct {
	ID          string    `json:"id"`
	Partnership string    `json:"partnership"`
	Message     string    `json:"message"`
	Title       string    `json:"title"`
	Owner       string    `json:"owner"`
	Due         time.Time `json:"due"`
	Overdue     bool      `json:"overdue"`
}

// Run prints one line for each.
func (c *casesListCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	query := url.Values{"zone": {c.Zone}}
	if c.Overdue {
		query.Set("overdue", "true")
	}
	var answer struct {
		Cases []openCase `json:"cases"`
	}
	if err := c.client(cfg).get(ctx, "/api/cases?"+query.Encode(), &answer); err != nil {
		return err
	}
	if len(answer.Cases) == 0 {
		_, err := fmt.Fprintln(p.Stdout, "No word is owed.")
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CASE\tPARTNERSHIP\tMESSAGE\tOWNER\tDUE\t\tTITLE")
	for _, one := range answer.Cases {
		late := ""
		if one.Overdue {
			late = "overdue"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", one.ID, one.Partnership, one.Message, one.Owner, clock(one.Due), late, one.Title)
	}
	return table.Flush()
}

type casesCloseCommand struct {
	Server
	ID         string `arg:"" help:"The case, as relais cases lists it."`
	By         string `required:"" help:"Officer who says so."`
	NotAllowed bool   `required:"" help:"The inquiry does not allow any word. To give word, publish a message of kind feedback that references the alert."`
	Reason     string `help:"Why, for the file."`
}

// Run closes one.
func (c *casesCloseCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	said := map[string]string{"by": c.By, "reason": c.Reason}
	if err := c.client(cfg).post(ctx, "/api/cases/"+url.PathEscape(c.ID)+"/close", said, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.Stdout, "Closed; the coordinators are told that the inquiry allows no word.")
	return err
}
