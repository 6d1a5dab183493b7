package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// statusCommand shows what became of a message.
type statusCommand struct {
	Server
	Message string `arg:"" help:"Id that publish printed."`
	JSON    bool   `help:"As the API gives it."`
	Watch   bool   `help:"Show a progress bar until every delivery is final."`
}

const watchEvery = 500 * time.Millisecond

// Run prints the status, once or until it is final.
func (c *statusCommand) Run(ctx context.Context, p *program, g *Globals) error {
	cfg, err := g.load(p)
	if err != nil {
		return err
	}
	id, err := broker.ParseMessageID(c.Message)
	if err != nil {
		return err
	}
	api := c.client(cfg)
	status, err := fetchStatus(ctx, api, id)
	if err != nil {
		return err
	}
	if c.Watch {
		if status, err = watch(ctx, p.Stderr, api, status); err != nil {
			return err
		}
	}
	if c.JSON {
		enc := json.NewEncoder(p.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(status)
	}
	return printStatus(p.Stdout, status)
}

func fetchStatus(ctx context.Context, api *client, id broker.MessageID) (subscribers.Status, error) {
	var status subscribers.Status
	err := api.get(ctx, "/api/messages/"+id.String(), &status)
	return status, err
}

// watch draws the bar on out until the message is done.
func watch(ctx context.Context, out io.Writer, api *client, status subscribers.Status) (subscribers.Status, error) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for !status.Done {
		fmt.Fprintf(out, "\r%s", progress(status))
		select {
		case <-ctx.Done():
			return status, ctx.Err()
		case <-ticker.C:
		}
		var err error
		if status, err = fetchStatus(ctx, api, status.Message); err != nil {
			return status, err
		}
	}
	fmt.Fprintf(out, "\r%s\n", progress(status))
	return status, nil
}

// progress is one line: how many deliveries are final, of how many.
func progress(s subscribers.Status) string {
	total, open, waiting := 0, 0, 0
	for _, p := range s.Partnerships {
		if !p.State.Final() {
			waiting++
		}
		for _, ch := range p.Channels {
			open += ch.Open
			for _, n := range ch.Counts {
				total += n
			}
		}
	}
	const width = 30
	filled := 0
	if total > 0 {
		filled = width * (total - open) / total
	}
	bar := strings.Repeat("█", filled) + strings.Repeat("░", width-filled)
	line := fmt.Sprintf("%s %d of %d final", bar, total-open, total)
	if waiting > 0 {
		line += fmt.Sprintf(", %d approvals waiting", waiting)
	}
	return fmt.Sprintf("%-78s", line)
}

func printStatus(out io.Writer, s subscribers.Status) error {
	fmt.Fprintf(out, "Message %s, revision %d: %s, %s, received %s\n", s.Message, s.Revision, s.Kind, s.Urgency, clock(s.Received))
	for _, refused := range s.Refused {
		fmt.Fprintf(out, "\n%s: not sent: %s\n", refused.Partnership, refused.Say(broker.English))
	}
	for _, p := range s.Partnerships {
		fmt.Fprintf(out, "\n%s: %s\n", p.Name, sayApproval(p))
		if err := printChannels(out, p.Channels); err != nil {
			return err
		}
		if p.Case != nil {
			fmt.Fprintln(out, "  "+sayCase(*p.Case, time.Now()))
		}
	}
	return nil
}

// sayCase says what word is owed, or how that ended.
func sayCase(c subscribers.CaseStatus, now time.Time) string {
	said := fmt.Sprintf("Case %s: ", c.ID)
	switch c.Ended {
	case "":
		said += fmt.Sprintf("%s owes word of what came of it, due %s", c.Owner, clock(c.Due))
		if c.Overdue(now) {
			said += ", overdue"
		}
		return said
	case subscribers.NotAllowed:
		said += "the inquiry does not allow any word, said " + c.By
	case subscribers.EndedByCancel:
		said += "ended, for the message was withdrawn by " + c.By
	default:
		said += fmt.Sprintf("word came (%s) from %s", c.Ended, c.By)
	}
	said += " at " + clock(c.At)
	if c.Why != "" {
		said += ": " + c.Why
	}
	return said
}

func sayApproval(p subscribers.PartnershipStatus) string {
	switch p.State {
	case subscribers.ApprovalHeld:
		return fmt.Sprintf("held by %s at %s (%s), until %s", p.By, clock(p.At), p.How, clock(p.Until))
	case subscribers.ApprovalQuestioned:
		return fmt.Sprintf("questioned by %s at %s (%s): %s\n  The police have not answered yet.", p.By, clock(p.At), p.How, p.Why)
	case subscribers.ApprovalPending:
		return sayPending(p)
	}
	said := fmt.Sprintf("%s by %s at %s (%s)", p.State, p.By, clock(p.At), p.How)
	if p.Why != "" {
		said += ": " + p.Why
	}
	return said
}

func sayPending(p subscribers.PartnershipStatus) string {
	said := fmt.Sprintf("%s, until %s", p.State, clock(p.Deadline))
	if p.Why != "" {
		said += fmt.Sprintf("\n  %s of the police answered at %s: %s", p.By, clock(p.At), p.Why)
	}
	if !p.Release.IsZero() {
		said += "\n  The police may send it themselves, with a reason, from " + clock(p.Release)
	}
	return said
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func printChannels(out io.Writer, counted []subscribers.ChannelStatus) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, ch := range counted {
		fmt.Fprintf(table, "  %s\t%s\n", ch.Channel, sayCounts(ch))
	}
	return table.Flush()
}

func sayCounts(ch subscribers.ChannelStatus) string {
	var said []string
	for _, state := range channels.States() {
		n := ch.Counts[state]
		if n == 0 {
			continue
		}
		word := fmt.Sprintf("%d %s", n, state)
		if state == channels.Suppressed {
			word += sayReasons(ch.Suppressed)
		}
		said = append(said, word)
	}
	return strings.Join(said, ", ")
}

func sayReasons(reasons map[channels.Reason]int) string {
	var said []string
	for reason, n := range reasons {
		said = append(said, fmt.Sprintf("%d %s", n, reason))
	}
	slices.Sort(said)
	return " (" + strings.Join(said, ", ") + ")"
}
