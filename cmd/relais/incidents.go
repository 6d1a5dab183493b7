package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"text/tabwriter"
	"time"
)

// incidentsCommands show what went wrong, and note who has seen it.
type incidentsCommands struct {
	List incidentsListCommand `cmd:"" default:"withargs" help:"List what went wrong and nobody has acknowledged."`
	Ack  incidentsAckCommand  `cmd:"" help:"Say that somebody has seen an incident and looks after it."`
}

type incidentsListCommand struct {
	Server
	Zone string `help:"Only this zone."`
	All  bool   `help:"Those that were acknowledged as well."`
	JSON bool   `help:"As the API gives it."`
}

// shownIncident is one incident as the API lists it.
type shownIncident struct {
	ID          string    `json:"id"`
	Kind        string    `json:"kind"`
	Zone        string    `json:"zone,omitempty"`
	Partnership string    `json:"partnership,omitempty"`
	Message     string    `json:"message,omitempty"`
	Title       string    `json:"title"`
	Body        string    `json:"body"`
	First       time.Time `json:"first"`
	Last        time.Time `json:"last"`
	Count       int       `json:"count"`
	AckBy       string    `json:"ackBy,omitempty"`
	AckAt       time.Time `json:"ackAt,omitzero"`
}

// Run prints one line for each.
func (c *incidentsListCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	query := url.Values{"zone": {c.Zone}, "all": {strconv.FormatBool(c.All)}}
	var answer struct {
		Incidents []shownIncident `json:"incidents"`
	}
	if err := c.client(cfg).get(ctx, "/api/incidents?"+query.Encode(), &answer); err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(p.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(answer.Incidents)
	}
	if len(answer.Incidents) == 0 {
		_, err := fmt.Fprintln(p.Stdout, "No incident waits for anybody.")
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "INCIDENT\tKIND\tZONE\tPARTNERSHIP\tFIRST\tLAST\tTIMES\tSEEN BY\tWHAT")
	for _, i := range answer.Incidents {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", i.ID, i.Kind, orDash(i.Zone), orDash(i.Partnership),
			clock(i.First), clock(i.Last), i.Count, orDash(i.AckBy), i.Title)
	}
	return table.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

type incidentsAckCommand struct {
	Server
	ID string `arg:"" help:"The incident, as relais incidents lists it."`
	By string `required:"" help:"Who has seen it."`
}

// Run acknowledges one.
func (c *incidentsAckCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	if err := c.client(cfg).post(ctx, "/api/incidents/"+url.PathEscape(c.ID)+"/ack", map[string]string{"by": c.By}, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.Stdout, "Acknowledged; it is no longer listed.")
	return err
}
