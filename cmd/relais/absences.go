package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"relais/subscribers"
)

// absencesCommands say when approvers are away, so that others are asked.
type absencesCommands struct {
	List   absencesListCommand   `cmd:"" help:"Show when a partnership's approvers are away."`
	Add    absencesAddCommand    `cmd:"" help:"Note that an approver is away for some days."`
	Remove absencesRemoveCommand `cmd:"" help:"Take an absence back."`
}

// absent is one approver as the API lists them.
type absent struct {
	Member   subscribers.MemberID `json:"member"`
	Name     string               `json:"name"`
	Role     subscribers.Role     `json:"role"`
	Absences []subscribers.Span   `json:"absences"`
}

type absencesListCommand struct {
	Server
	Partnership string `required:"" help:"Id of the partnership."`
}

// Run prints one line for each absence.
func (c *absencesListCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	approvers, err := fetchAbsent(ctx, c.client(cfg), c.Partnership)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tROLE\tAWAY")
	for _, a := range approvers {
		fmt.Fprintf(table, "%s\t%s\t%s\n", a.Name, a.Role, sayAway(a.Absences))
	}
	return table.Flush()
}

func sayAway(spans []subscribers.Span) string {
	if len(spans) == 0 {
		return "-"
	}
	said := make([]string, len(spans))
	for i, s := range spans {
		said[i] = s.From.String() + " to " + s.Until.String()
		if s.Until.IsZero() {
			said[i] = "from " + s.From.String()
		}
	}
	return strings.Join(said, ", ")
}

type absencesAddCommand struct {
	Server
	Partnership string           `required:"" help:"Id of the partnership."`
	Name        string           `required:"" help:"Who is away."`
	From        subscribers.Date `required:"" placeholder:"2026-12-01" help:"First day."`
	Until       subscribers.Date `required:"" placeholder:"2026-12-08" help:"Last day."`
}

// Run adds an absence to those of one approver.
func (c *absencesAddCommand) Run(ctx context.Context, p *program, g *Globals) error {
	span := subscribers.Span{From: c.From, Until: c.Until}
	err := changeAbsences(ctx, p, g, c.Server, c.Partnership, c.Name, func(known []subscribers.Span, today subscribers.Date) ([]subscribers.Span, error) {
		return subscribers.Away(known, span, today)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "%s is away from %s to %s\n", c.Name, c.From, c.Until)
	return err
}

type absencesRemoveCommand struct {
	Server
	Partnership string           `required:"" help:"Id of the partnership."`
	Name        string           `required:"" help:"Who is back."`
	From        subscribers.Date `required:"" placeholder:"2026-12-01" help:"First day of the absence to take back."`
}

// Run takes one absence back.
func (c *absencesRemoveCommand) Run(ctx context.Context, p *program, g *Globals) error {
	err := changeAbsences(ctx, p, g, c.Server, c.Partnership, c.Name, func(known []subscribers.Span, today subscribers.Date) ([]subscribers.Span, error) {
		kept, found := subscribers.Back(known, c.From, today)
		if !found {
			return nil, fmt.Errorf("%s has no absence that begins on %s; relais absences list shows them", c.Name, c.From)
		}
		return kept, nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "%s: absence of %s taken back\n", c.Name, c.From)
	return err
}

func fetchAbsent(ctx context.Context, api *client, partnership string) ([]absent, error) {
	var answer struct {
		Approvers []absent `json:"approvers"`
	}
	err := api.get(ctx, absencesPath(partnership), &answer)
	return answer.Approvers, err
}

func absencesPath(partnership string) string {
	return "/api/partnerships/" + url.PathEscape(partnership) + "/absences"
}

// changeAbsences reads one approver's absences, changes them and writes them.
func changeAbsences(ctx context.Context, p *program, g *Globals, at Server, partnership, name string, change func([]subscribers.Span, subscribers.Date) ([]subscribers.Span, error)) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	api := at.client(cfg)
	approvers, err := fetchAbsent(ctx, api, partnership)
	if err != nil {
		return err
	}
	who, err := approverCalled(approvers, name)
	if err != nil {
		return err
	}
	if who.Absences, err = change(who.Absences, subscribers.DateOf(time.Now())); err != nil {
		return err
	}
	body := struct {
		Member   subscribers.MemberID `json:"member"`
		Absences []subscribers.Span   `json:"absences"`
	}{who.Member, who.Absences}
	return api.put(ctx, absencesPath(partnership), body, nil)
}

// approverCalled finds the one approver of a name, however it is written.
func approverCalled(approvers []absent, name string) (absent, error) {
	var found []absent
	var names []string
	for _, a := range approvers {
		names = append(names, a.Name)
		if strings.EqualFold(a.Name, name) {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return absent{}, fmt.Errorf("no approver is called %s; there are %s", name, strings.Join(names, ", "))
	}
	return absent{}, fmt.Errorf("%d approvers are called %s; write their absences through the API, by id", len(found), name)
}
