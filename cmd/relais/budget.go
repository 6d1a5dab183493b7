package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"text/tabwriter"
)

// budgetCommand shows what partnerships have spent.
type budgetCommand struct {
	Server
	Zone        string `help:"Only this zone."`
	Partnership string `placeholder:"ID" help:"Only this partnership."`
	Month       string `placeholder:"MONTH" help:"As 2026-11; else the present one."`
	JSON        bool   `help:"As the API gives it."`
}

// shownSpending is one partnership's month as the API lists it.
type shownSpending struct {
	Partnership string             `json:"partnership"`
	Name        string             `json:"name"`
	Month       string             `json:"month"`
	Budget      float64            `json:"budget,omitempty"`
	Spent       float64            `json:"spent"`
	ByChannel   map[string]float64 `json:"byChannel"`
	Saves       bool               `json:"saves"`
}

// Run prints one line for each partnership.
func (c *budgetCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	var answer struct {
		Budgets []shownSpending `json:"budgets"`
	}
	query := url.Values{"zone": {c.Zone}, "month": {c.Month}}
	if err := c.client(cfg).get(ctx, "/api/budget?"+query.Encode(), &answer); err != nil {
		return err
	}
	shown := []shownSpending{}
	for _, one := range answer.Budgets {
		if c.Partnership == "" || c.Partnership == one.Partnership {
			shown = append(shown, one)
		}
	}
	if c.JSON {
		enc := json.NewEncoder(p.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(shown)
	}
	if len(shown) == 0 {
		_, err := fmt.Fprintln(p.Stdout, "There is no such partnership.")
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PARTNERSHIP\tMONTH\tSMS\tCALLS\tSPENT\tBUDGET\t")
	for _, one := range shown {
		fmt.Fprintf(table, "%s\t%s\tEUR %.2f\tEUR %.2f\tEUR %.2f\t%s\t\n", one.Partnership, one.Month,
			one.ByChannel["sms"], one.ByChannel["voice"], one.Spent, one.ofBudget())
	}
	return table.Flush()
}

func (s shownSpending) ofBudget() string {
	if s.Budget == 0 {
		return "none"
	}
	said := fmt.Sprintf("EUR %.2f (%.0f %%)", s.Budget, 100*s.Spent/s.Budget)
	if s.Saves {
		said += ": what is not urgent goes by cheaper channels"
	}
	return said
}
