package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// summarise writes each zone's weekly summary of overdue cases when Monday
// morning has come. A row for each zone and week decides that it is one, also
// over restarts, nodes and a clock that jumps; a week without overdue cases has
// its row as well, and nothing is sent.
func (c *Cases) summarise(ctx context.Context) error {
	monday, due := subscribers.SummaryWeek(c.Now(), c.Local)
	if now := c.Now(); now.Before(due) || now.Sub(due) > subscribers.SummaryMaxAge {
		return nil
	}
	partnerships, err := c.Directory.Partnerships(ctx, "")
	if err != nil {
		return fmt.Errorf("list partnerships: %w", err)
	}
	var zones []broker.ZoneID
	for _, p := range partnerships {
		zones = append(zones, p.Zone)
	}
	slices.Sort(zones)
	var failed []error
	for _, zone := range slices.Compact(zones) {
		failed = append(failed, c.summary(ctx, zone, monday))
	}
	return errors.Join(failed...)
}

func (c *Cases) summary(ctx context.Context, zone broker.ZoneID, monday subscribers.Date) error {
	has, err := c.Ledger.HasSummary(ctx, zone, monday)
	if err != nil || has {
		return err
	}
	overdue, err := c.overdue(ctx, zone)
	if err != nil {
		return err
	}
	var letters []subscribers.ServiceMessage
	var entries []subscribers.Entry
	if len(overdue) > 0 {
		officers, err := c.Directory.Officers(ctx, zone)
		if err != nil {
			return fmt.Errorf("list officers: %w", err)
		}
		letter := subscribers.Summary(zone, monday, overdue)
		letters, entries = []subscribers.ServiceMessage{letter}, c.letters(letter, members(subscribers.Mandated(officers)), c.mail())
	}
	first, err := c.Ledger.AddSummary(ctx, zone, monday, letters, entries, c.Now())
	if err != nil {
		return fmt.Errorf("write weekly summary: %w", err)
	}
	if !first {
		return nil
	}
	if len(overdue) > 0 {
		c.Log.Info("weekly summary of overdue feedback", "zone", zone, "week", monday.String(), "cases", len(overdue), "officers", len(entries))
	}
	return c.Queue.Entries(ctx, entries)
}

// mail is the channel of summaries: they are too long for the others.
func (c *Cases) mail() []channels.Name {
	if slices.Contains(c.Channels, channels.Email) {
		return []channels.Name{channels.Email}
	}
	return nil
}

func (c *Cases) overdue(ctx context.Context, zone broker.ZoneID) ([]subscribers.Overdue, error) {
	open, err := c.Ledger.OpenCases(ctx, zone)
	if err != nil {
		return nil, fmt.Errorf("list open cases: %w", err)
	}
	var found []subscribers.Overdue
	for _, one := range open {
		if !one.OverdueAt(c.Now()) {
			continue
		}
		about, err := c.about(ctx, one)
		if err != nil {
			return nil, err
		}
		found = append(found, about)
	}
	return found, nil
}
