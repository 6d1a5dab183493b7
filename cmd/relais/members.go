package main

import (
	"context"
	"fmt"
	"io"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
)

// membersCommands concern single members.
type membersCommands struct {
	Rest membersRestCommand `cmd:"" help:"Say when a member wants to be left alone: hours of each day, a holiday."`
}

type membersRestCommand struct {
	Partnership string `required:"" help:"Partnership that the member belongs to."`
	Name        string `required:"" help:"The member's name, as it was imported."`
	Quiet       string `placeholder:"21:00-08:00" xor:"quiet" help:"The member's own quiet hours, every day."`
	NoQuiet     bool   `xor:"quiet" help:"No quiet hours of their own."`
	Pause       string `placeholder:"DAYS" xor:"pause" help:"A holiday, as 2026-12-20..2027-01-03, both days included; 2026-12-20.. lasts until it is lifted."`
	NoPause     bool   `xor:"pause" help:"Lift the pause."`
	UrgentToo   *bool  `negatable:"" help:"Urgent messages wait as well, whatever the plan says."`
}

// Run changes what flags name, and prints what holds then.
func (c *membersRestCommand) Run(ctx context.Context, p *program, g *Globals) error {
	return withStore(ctx, p, g, func(s *store.Store) error {
		m, err := memberNamed(ctx, s, broker.PartnershipID(c.Partnership), c.Name)
		if err != nil {
			return err
		}
		rest, err := c.change(m.Rest)
		if err != nil {
			return err
		}
		if rest != m.Rest {
			if err := s.SetRest(ctx, m.ID, rest); err != nil {
				return err
			}
		}
		return sayRest(p.Stdout, m.ID, rest)
	})
}

func (c *membersRestCommand) change(rest subscribers.Rest) (subscribers.Rest, error) {
	switch {
	case c.NoQuiet:
		rest.Quiet = nil
	case c.Quiet != "":
		q, err := subscribers.ParseQuietHours(c.Quiet)
		if err != nil {
			return rest, fmt.Errorf("--quiet: %w", err)
		}
		rest.Quiet = &q
	}
	switch {
	case c.NoPause:
		rest.Pause = subscribers.Span{}
	case c.Pause != "":
		span, err := subscribers.ParseSpan(c.Pause)
		if err != nil {
			return rest, fmt.Errorf("--pause: %w", err)
		}
		rest.Pause = span
	}
	if c.UrgentToo != nil {
		rest.EvenUrgent = *c.UrgentToo
	}
	return rest, rest.Validate()
}

// sayRest prints one line for each wish, the member's id first.
func sayRest(out io.Writer, id subscribers.MemberID, rest subscribers.Rest) error {
	quiet, pause, urgent := "none of their own", "none", "go as the plan says"
	if rest.Quiet != nil {
		quiet = rest.Quiet.String()
	}
	if !rest.Pause.From.IsZero() {
		pause = rest.Pause.String()
	}
	if rest.EvenUrgent {
		urgent = "wait as well"
	}
	_, err := fmt.Fprintf(out, "member %s\nquiet hours: %s\npause: %s\nurgent messages: %s\n", id, quiet, pause, urgent)
	return err
}

// memberNamed finds the one member of a partnership with a name.
func memberNamed(ctx context.Context, s *store.Store, id broker.PartnershipID, name string) (subscribers.Member, error) {
	if _, err := s.Partnership(ctx, id); err != nil {
		return subscribers.Member{}, fmt.Errorf("partnership %s: %w", id, err)
	}
	var found []subscribers.Member
	var after subscribers.MemberID
	for {
		page, err := s.Members(ctx, subscribers.Audience{Partnership: id}, after, memberPage)
		if err != nil {
			return subscribers.Member{}, err
		}
		for _, m := range page {
			if m.Name == name {
				found = append(found, m)
			}
		}
		if len(page) < memberPage {
			break
		}
		after = page[len(page)-1].ID
	}
	switch len(found) {
	case 0:
		return subscribers.Member{}, fmt.Errorf("nobody in %s is called %q; write the name as it was imported", id, name)
	case 1:
		return found[0], nil
	}
	return subscribers.Member{}, fmt.Errorf("%d people in %s are called %q; use PUT /api/members/ID/rest with the id of one: %s", len(found), id, name, idsOf(found))
}

func idsOf(people []subscribers.Member) []string {
	ids := make([]string, len(people))
	for i, m := range people {
		ids[i] = m.ID.String()
	}
	return ids
}
